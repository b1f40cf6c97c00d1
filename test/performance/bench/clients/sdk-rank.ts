import Together from "together-ai";
import type { BenchmarkClient } from "./benchmark-client.js";

/** Ranks with one request. */
export const benchmarkClient: BenchmarkClient = {
  rank: (circumstances) => {
    const client = new Together(circumstances);
    return async (query, documents) => {
      const { results } = await client.rerank.create({ model: circumstances.model, query, documents });
      return results.map(({ index, relevance_score: score }) => ({ index, score }));
    };
  },
};
