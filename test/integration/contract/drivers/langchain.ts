import { Document, type DocumentInterface } from "@langchain/core/documents";
import { TogetherEmbeddings, TogetherReranker } from "../../../../src/langchain/index.js";
import type { Call, Driver } from "./driver.js";

export const langchain: Driver = {
  framework: "LangChain",
  made: "Together(Embeddings|Reranker)",
  lacks: [],
  embeddings(options) {
    const embeddings = new TogetherEmbeddings(options);
    return {
      documents: (texts, call) => embeddings.embedDocuments(texts as string[], callOptions(call)),
      query: (text, call) => embeddings.embedQuery(text, callOptions(call)),
    };
  },
  reranker(options) {
    const reranker = new TogetherReranker(options);
    return {
      // LangChain passes no signal to a compressor; `rerank` accepts one.
      rerank: async (query, items, call) => {
        const documents = items as DocumentInterface[];
        if (!call) return reranker.compressDocuments(documents, query);
        const ranked = await reranker.rerank(documents, query, call);
        return ranked.map(({ index }) => documents[index] as DocumentInterface);
      },
    };
  },
  wrap: ({ id, text, metadata }) => new Document({ id, pageContent: text, metadata }),
  unwrap(item) {
    const { id, pageContent, metadata } = item as DocumentInterface;
    const { relevanceScore, ...others } = metadata as Record<string, string>;
    const score = relevanceScore === undefined ? undefined : Number(relevanceScore);
    return { id: String(id), text: pageContent, metadata: others, score };
  },
};

function callOptions({ signal, onProgress }: Call = {}): Parameters<TogetherEmbeddings["embedDocuments"]>[1] {
  return { signal, onProgress: ({ done, total }) => onProgress?.(done, total) };
}
