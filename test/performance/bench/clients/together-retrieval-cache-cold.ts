import { InMemoryStore } from "@langchain/core/stores";
import { Embedder } from "../../../../dist/index.js";
import type { BenchmarkClient } from "./benchmark-client.js";

/** With an empty cache: every lookup misses, and every vector is stored. */
export const benchmarkClient: BenchmarkClient = {
  list: ({ baseURL, apiKey, model }) => {
    const embedder = new Embedder({ baseURL, apiKey, model, cache: new InMemoryStore<Uint8Array>() });
    return async (texts) => (await embedder.embed(texts)).vectors;
  },
};
