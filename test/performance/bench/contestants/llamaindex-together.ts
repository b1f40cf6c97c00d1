import { TogetherEmbedding } from "@llamaindex/together";
import type { Contestant } from "./contestant.js";

export const contestant: Contestant = {
  list: ({ baseURL, apiKey, model }) => {
    const embedding = new TogetherEmbedding({ apiKey, model, additionalSessionOptions: { baseURL } });
    return (texts) => embedding.getTextEmbeddingsBatch(texts);
  },
};
