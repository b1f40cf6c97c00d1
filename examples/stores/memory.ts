/** LangChain's MemoryVectorStore: it needs no installation, and keeps nothing after the process ends. */

import { MemoryVectorStore } from "@langchain/classic/vectorstores/memory";
import { documentOf, foundIn, type LangChainModels } from "./langchain.js";
import type { PassageStore } from "./store.js";

export async function openMemory(models: LangChainModels): Promise<PassageStore> {
  const store = new MemoryVectorStore(models.embeddings);
  // The store has no method to delete, and would store a document twice. Its list is public.
  const remove = async (ids: readonly string[]): Promise<void> => {
    const gone = new Set<string | undefined>(ids);
    store.memoryVectors = store.memoryVectors.filter(({ id }) => !gone.has(id));
  };
  return {
    remove,
    put: async (passages) => {
      await remove(passages.map(({ id }) => id));
      await store.addDocuments(passages.map(documentOf));
    },
    search: async (question, most) => (await store.similaritySearch(question, most)).map(foundIn),
    ask: (question) => models.rerank(store, question),
    count: async () => store.memoryVectors.length,
    close: async () => undefined,
  };
}
