import { Embedder, Reranker, type CallOptions } from "../../../../src/index.js";
import type { Call, Driver, RankedPassage } from "./driver.js";

/** The driver of the core, without a framework. */
export const core: Driver = {
  framework: "no framework",
  made: "(Embedder|Reranker)",
  lacks: [],
  embeddings(options) {
    const embedder = new Embedder(options);
    return {
      documents: async (texts, call) => (await embedder.embed(texts, callOptions(call))).vectors,
      query: async (text, call) => (await embedder.embedQuery(text, callOptions(call))).vector,
    };
  },
  reranker(options) {
    const reranker = new Reranker(options);
    return {
      rerank: async (query, items, call) => {
        const ranked = await reranker.rerank(query, items as RankedPassage[], ({ text }) => text, call);
        return ranked.map(({ item, score }) => ({ ...item, score }));
      },
    };
  },
  wrap: (passage) => passage,
  unwrap: (item) => item as RankedPassage,
};

function callOptions({ signal, onProgress }: Call = {}): CallOptions {
  return { signal, onProgress: ({ done, total }) => onProgress?.(done, total) };
}
