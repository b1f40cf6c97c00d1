import { TogetherAIEmbeddings } from "@langchain/community/embeddings/togetherai";
import type { BenchmarkClient } from "./benchmark-client.js";

export const benchmarkClient: BenchmarkClient = {
  list: ({ baseURL, apiKey, model }) => {
    const embeddings = new TogetherAIEmbeddings({ apiKey, model });
    // The class has no option for the address.
    Object.assign(embeddings, { embeddingsAPIUrl: `${baseURL}/embeddings` });
    return (texts) => embeddings.embedDocuments(texts);
  },
};
