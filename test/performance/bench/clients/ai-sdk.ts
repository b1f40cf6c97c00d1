import { createTogetherAI } from "@ai-sdk/togetherai";
import { embedMany } from "ai";
import type { BenchmarkClient } from "./benchmark-client.js";

export const benchmarkClient: BenchmarkClient = {
  list: ({ baseURL, apiKey, model: id }) => {
    const model = createTogetherAI({ baseURL, apiKey }).embeddingModel(id);
    return async (values) => (await embedMany({ model, values })).embeddings;
  },
};
