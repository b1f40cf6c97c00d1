import { embed, embedMany, rerank } from "ai";
import { createTogether } from "../../../../src/ai-sdk/index.js";
import type { Driver, RankedPassage } from "./driver.js";

export const aiSdk: Driver = {
  framework: "the AI SDK",
  made: "(an embedding|a reranking) model",
  lacks: ["onProgress", "fallback", "copy"],
  embeddings({ model: id, ...options }) {
    const model = createTogether().embeddingModel(id, options);
    const providerOptions = { together: { inputType: "query" } };
    return {
      documents: async (values, call) =>
        (await embedMany({ model, values: values as string[], ...signalOf(call) })).embeddings,
      query: async (value, call) =>
        (await embed({ model, value, providerOptions, ...signalOf(call) })).embedding,
    };
  },
  reranker({ model: id, ...options }) {
    const model = createTogether().rerankingModel(id, options);
    return {
      rerank: async (query, items, call) => {
        const documents = (items as RankedPassage[]).map(({ text }) => text);
        const { ranking } = await rerank({ model, query, documents, ...signalOf(call) });
        return ranking.map(({ originalIndex, score }) => ({ ...items[originalIndex], score }));
      },
    };
  },
  wrap: (passage) => passage,
  unwrap: (item) => item as RankedPassage,
};

function signalOf(call?: { signal?: AbortSignal }): { abortSignal?: AbortSignal } {
  return call?.signal ? { abortSignal: call.signal } : {};
}
