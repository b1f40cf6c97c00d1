import { OpenAIEmbeddings } from "@langchain/openai";
import type { BenchmarkClient } from "./benchmark-client.js";

export const benchmarkClient: BenchmarkClient = {
  list: ({ baseURL, apiKey, model }) => {
    const embeddings = new OpenAIEmbeddings({ apiKey, model, configuration: { baseURL } });
    return (texts) => embeddings.embedDocuments(texts);
  },
};
