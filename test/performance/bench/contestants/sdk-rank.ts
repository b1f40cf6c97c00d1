import Together from "together-ai";
import type { Contestant } from "./contestant.js";

/** In one request. */
export const contestant: Contestant = {
  rank: (circumstances) => {
    const client = new Together(circumstances);
    return async (query, documents) => {
      const { results } = await client.rerank.create({ model: circumstances.model, query, documents });
      return results.map(({ index, relevance_score: score }) => ({ index, score }));
    };
  },
};
