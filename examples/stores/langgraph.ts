/** LangGraph's store: the memory of an agent, with search by meaning. */

import { InMemoryStore } from "@langchain/langgraph";
import type { LangChainModels } from "./langchain.js";
import type { PassageStore } from "./store.js";

const NAMESPACE = ["passages"];

export async function openLangGraph(models: LangChainModels): Promise<PassageStore> {
  const { embeddings, dimensions: dims } = models;
  // Without `fields`, the store embeds each whole value as JSON, with the names of its fields.
  const store = new InMemoryStore({ index: { embeddings, dims, fields: ["text"] } });
  const search = async (query: string, limit: number) => {
    const items = await store.search(NAMESPACE, { query, limit });
    return items.map(({ value }) => ({ text: String(value["text"]) }));
  };
  return {
    search,
    // One batch for all passages, so that the store embeds them in one call.
    put: async (passages) => {
      await store.batch(
        passages.map(({ id, text, file }) => ({ namespace: NAMESPACE, key: id, value: { text, file } })),
      );
    },
    remove: async (ids) => {
      await Promise.all(ids.map((id) => store.delete(NAMESPACE, id)));
    },
    ask: async (question) => {
      const candidates = (await search(question, 20)).map(({ text }) => text);
      const ranked = await models.reranker.rerank(candidates, question);
      return ranked.map(({ index, relevanceScore }) => ({
        text: candidates[index] as string,
        score: relevanceScore,
      }));
    },
    count: async () => (await store.search(NAMESPACE, { limit: 1_000_000 })).length,
    close: async () => undefined,
  };
}
