/** Together's SDK as its documentation shows it: one batch after another. */

import Together from "together-ai";
import { batchesOf } from "./batches.js";
import type { BenchmarkClient } from "./benchmark-client.js";

export const benchmarkClient: BenchmarkClient = {
  list: (circumstances) => {
    const client = new Together(circumstances);
    return async (texts) => {
      const vectors: number[][] = [];
      for (const input of batchesOf(texts)) {
        const { data } = await client.embeddings.create({ model: circumstances.model, input });
        for (const { embedding } of data) vectors.push(embedding);
      }
      return vectors;
    };
  },
  stream: (circumstances) => {
    const client = new Together(circumstances);
    return async (texts, take) => {
      for (const input of batchesOf(texts)) {
        const { data } = await client.embeddings.create({ model: circumstances.model, input });
        for (const { embedding } of data) take(embedding);
      }
    };
  },
};
