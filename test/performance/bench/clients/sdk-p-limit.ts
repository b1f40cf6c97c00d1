/** Together's SDK with eight requests at a time: what a careful user writes. */

import pLimit from "p-limit";
import Together from "together-ai";
import { batchesOf } from "./batches.js";
import type { BenchmarkClient } from "./benchmark-client.js";

export const benchmarkClient: BenchmarkClient = {
  list: (circumstances) => {
    const client = new Together(circumstances);
    const limit = pLimit(8);
    return async (texts) => {
      const answers = await limit.map([...batchesOf(texts)], (input) =>
        client.embeddings.create({ model: circumstances.model, input }),
      );
      return answers.flatMap(({ data }) => data.map(({ embedding }) => embedding));
    };
  },
};
