import { OpenAIEmbeddings } from "@langchain/openai";
import type { Contestant } from "./contestant.js";

export const contestant: Contestant = {
  list: ({ baseURL, apiKey, model }) => {
    const embeddings = new OpenAIEmbeddings({ apiKey, model, configuration: { baseURL } });
    return (texts) => embeddings.embedDocuments(texts);
  },
};
