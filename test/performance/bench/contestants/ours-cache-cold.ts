import { InMemoryStore } from "@langchain/core/stores";
import { Embedder } from "../../../../dist/index.js";
import type { Contestant } from "./contestant.js";

/** An empty cache: every text is looked up in vain, and every vector is kept. */
export const contestant: Contestant = {
  list: ({ baseURL, apiKey, model }) => {
    const embedder = new Embedder({ baseURL, apiKey, model, cache: new InMemoryStore<Uint8Array>() });
    return async (texts) => (await embedder.embed(texts)).vectors;
  },
};
