/** Together's SDK with eight requests at a time, as a careful user writes it. */

import pLimit from "p-limit";
import Together from "together-ai";
import { batchesOf } from "./batches.js";
import type { BenchmarkClient } from "./benchmark-client.js";

export const benchmarkClient: BenchmarkClient = {
  list: (circumstances) => {
    const client = new Together(circumstances);
    const limit = pLimit(8);
    return async (texts) => {
      const responses = await limit.map([...batchesOf(texts)], (input) =>
        client.embeddings.create({ model: circumstances.model, input }),
      );
      return responses.flatMap(({ data }) => data.map(({ embedding }) => embedding));
    };
  },
};
