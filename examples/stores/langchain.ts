import type { LocalFileStore } from "@langchain/classic/storage/file_system";
import { Document } from "@langchain/core/documents";
import type { VectorStoreInterface } from "@langchain/core/vectorstores";
import { TogetherEmbeddings, TogetherReranker } from "together-retrieval/langchain";
import type { Service } from "../kit/service.js";
import type { StoredPassage } from "../support/passages.js";
import type { Found } from "./store.js";

/** LangChain's part of an example: the embeddings and the reranker. */
export class LangChainModels {
  readonly embeddings: TogetherEmbeddings;
  readonly reranker: TogetherReranker;

  constructor(service: Service, cache: LocalFileStore, options: { readonly normalize?: boolean } = {}) {
    this.embeddings = new TogetherEmbeddings({ ...service.embedding, cache, ...options });
    this.reranker = new TogetherReranker({ ...service.rerank, topN: 5 });
  }

  /** The length of the vectors. Stores with columns need it before the first vector. */
  get dimensions(): number {
    const { dimensions, model } = this.embeddings;
    if (dimensions === undefined) throw new Error(`Cannot create a table for ${model}: set its dimensions`);
    return dimensions;
  }

  async rerank(store: VectorStoreInterface, question: string): Promise<Found[]> {
    const candidates = await store.similaritySearch(question, 20);
    const ranked = await this.reranker.compressDocuments(candidates, question);
    return ranked.map(foundIn);
  }
}

export function documentOf({ id, text, file }: StoredPassage): Document {
  return new Document({ id, pageContent: text, metadata: { file } });
}

export function foundIn({ pageContent, metadata }: Document): Found {
  return { text: pageContent, score: metadata["relevanceScore"] as number | undefined };
}
