import Together from "together-ai";
import { batchesOf } from "./batches.js";
import type { BenchmarkClient } from "./benchmark-client.js";

/** Ranks with eight requests at once. */
export const benchmarkClient: BenchmarkClient = {
  rank: (circumstances) => {
    const client = new Together(circumstances);
    const { model } = circumstances;
    return async (query, documents) => {
      const size = Math.ceil(documents.length / 8);
      const parts = [...batchesOf(documents, size)].map(async (part, number) => {
        const { results } = await client.rerank.create({ model, query, documents: part });
        return results.map(({ index, relevance_score: score }) => ({ index: number * size + index, score }));
      });
      return (await Promise.all(parts)).flat().toSorted((one, other) => other.score - one.score);
    };
  },
};
