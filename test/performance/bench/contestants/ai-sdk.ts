import { createTogetherAI } from "@ai-sdk/togetherai";
import { embedMany } from "ai";
import type { Contestant } from "./contestant.js";

export const contestant: Contestant = {
  list: ({ baseURL, apiKey, model: id }) => {
    const model = createTogetherAI({ baseURL, apiKey }).embeddingModel(id);
    return async (values) => (await embedMany({ model, values })).embeddings;
  },
};
