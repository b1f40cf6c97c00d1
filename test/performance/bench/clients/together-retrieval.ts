import { Embedder } from "../../../../dist/index.js";
import type { BenchmarkClient } from "./benchmark-client.js";

export const benchmarkClient: BenchmarkClient = {
  list: ({ baseURL, apiKey, model }) => {
    const embedder = new Embedder({ baseURL, apiKey, model });
    return async (texts) => (await embedder.embed(texts)).vectors;
  },
  stream: ({ baseURL, apiKey, model }) => {
    const embedder = new Embedder({ baseURL, apiKey, model });
    return async (texts, take) => {
      for await (const { vector } of embedder.embedStream(texts)) take(vector);
    };
  },
};
