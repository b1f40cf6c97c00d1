import { Ranker } from "../../../dist/index.js";
import type { Contestant } from "./contestant.js";
import { scored } from "./ours-rank.js";

/** In eight requests. */
export const contestant: Contestant = {
  rank: ({ baseURL, apiKey, model }) => {
    const ranker = new Ranker({ baseURL, apiKey, model, batchSize: 125 });
    return async (query, documents) => scored(await ranker.rank(query, documents, String));
  },
};
