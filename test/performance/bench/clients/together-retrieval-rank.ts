import { Reranker } from "../../../../dist/index.js";
import type { BenchmarkClient } from "./benchmark-client.js";

export const benchmarkClient: BenchmarkClient = {
  rank: ({ baseURL, apiKey, model }) => {
    const reranker = new Reranker({ baseURL, apiKey, model });
    return async (query, documents) => scored(await reranker.rerank(query, documents, String));
  },
};

/** Replaces missing scores by NaN. They are missing only with the `fallback` option, after a failure. */
export function scored(ranked: readonly { index: number; score: number | undefined }[]): {
  index: number;
  score: number;
}[] {
  return ranked.map(({ index, score = NaN }) => ({ index, score }));
}
