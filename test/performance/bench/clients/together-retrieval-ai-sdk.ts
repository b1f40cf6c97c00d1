import { embedMany } from "ai";
import { createTogether } from "../../../../dist/ai-sdk/index.js";
import type { BenchmarkClient } from "./benchmark-client.js";

export const benchmarkClient: BenchmarkClient = {
  list: ({ baseURL, apiKey, model: id }) => {
    const model = createTogether({ baseURL, apiKey }).embeddingModel(id);
    return async (values) => (await embedMany({ model, values })).embeddings;
  },
};
