import { TogetherEmbedding } from "@llamaindex/together";
import type { BenchmarkClient } from "./benchmark-client.js";

export const benchmarkClient: BenchmarkClient = {
  list: ({ baseURL, apiKey, model }) => {
    const embedding = new TogetherEmbedding({ apiKey, model, additionalSessionOptions: { baseURL } });
    return (texts) => embedding.getTextEmbeddingsBatch(texts);
  },
};
