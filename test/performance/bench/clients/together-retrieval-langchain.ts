import { TogetherEmbeddings } from "../../../../dist/langchain/index.js";
import type { BenchmarkClient } from "./benchmark-client.js";

export const benchmarkClient: BenchmarkClient = {
  list: ({ baseURL, apiKey, model }) => {
    const embeddings = new TogetherEmbeddings({ baseURL, apiKey, model });
    return (texts) => embeddings.embedDocuments(texts);
  },
};
