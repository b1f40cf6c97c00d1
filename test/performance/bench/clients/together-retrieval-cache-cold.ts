import { InMemoryStore } from "@langchain/core/stores";
import { Embedder } from "../../../../dist/index.js";
import type { BenchmarkClient } from "./benchmark-client.js";

/** An empty cache: every text is looked up in vain, and every vector is kept. */
export const benchmarkClient: BenchmarkClient = {
  list: ({ baseURL, apiKey, model }) => {
    const embedder = new Embedder({ baseURL, apiKey, model, cache: new InMemoryStore<Uint8Array>() });
    return async (texts) => (await embedder.embed(texts)).vectors;
  },
};
