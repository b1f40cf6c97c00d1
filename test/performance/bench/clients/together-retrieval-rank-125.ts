import { Reranker } from "../../../../dist/index.js";
import type { BenchmarkClient } from "./benchmark-client.js";
import { scored } from "./together-retrieval-rank.js";

/** Ranks with eight requests. */
export const benchmarkClient: BenchmarkClient = {
  rank: ({ baseURL, apiKey, model }) => {
    const reranker = new Reranker({ baseURL, apiKey, model, batchSize: 125 });
    return async (query, documents) => scored(await reranker.rerank(query, documents, String));
  },
};
