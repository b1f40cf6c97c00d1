import { TogetherEmbeddings } from "../../../../dist/llamaindex/index.js";
import type { Contestant } from "./contestant.js";

export const contestant: Contestant = {
  list: ({ baseURL, apiKey, model }) => {
    const embeddings = new TogetherEmbeddings({ baseURL, apiKey, model });
    return (texts) => embeddings.getTextEmbeddingsBatch(texts);
  },
};
