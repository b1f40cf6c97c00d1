import { Reranker } from "../../../../dist/index.js";
import type { Contestant } from "./contestant.js";
import { scored } from "./ours-rank.js";

/** In eight requests. */
export const contestant: Contestant = {
  rank: ({ baseURL, apiKey, model }) => {
    const reranker = new Reranker({ baseURL, apiKey, model, batchSize: 125 });
    return async (query, documents) => scored(await reranker.rerank(query, documents, String));
  },
};
