import { InMemoryStore } from "@langchain/core/stores";
import { Embedder } from "../../../../dist/index.js";
import type { BenchmarkClient } from "./benchmark-client.js";

/** With a cache that contains every vector. */
export const benchmarkClient: BenchmarkClient = {
  list: async ({ baseURL, apiKey, model }, texts) => {
    const cache = new InMemoryStore<Uint8Array>();
    await new Embedder({ baseURL, apiKey: "warm-up", model, cache }).embed(texts);
    const embedder = new Embedder({ baseURL, apiKey, model, cache });
    return async (again) => (await embedder.embed(again)).vectors;
  },
};
