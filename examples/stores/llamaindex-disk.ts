/** LlamaIndex's own stores, on disk. */

import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  SimpleDocumentStore,
  SimpleIndexStore,
  SimpleVectorStore,
  storageContextFromDefaults,
  VectorStoreIndex,
} from "llamaindex";
import { nodeOf, type LlamaIndexModels } from "./llamaindex.js";
import type { PassageStore } from "./store.js";

/** The serialized forms of the three stores. */
interface Saved {
  readonly vectors: Parameters<typeof SimpleVectorStore.fromDict>[0];
  readonly documents: Parameters<typeof SimpleDocumentStore.fromDict>[0];
  readonly index: Parameters<typeof SimpleIndexStore.fromDict>[0];
}

export async function openLlamaIndexDisk(models: LlamaIndexModels, folder: string): Promise<PassageStore> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, "index.json");
  const saved = await read(file);
  // With a `persistDir`, the stores rewrite their whole file for each document. If the process dies meanwhile, half a
  // file is left (0.12.1). So the stores are in memory here, and each change writes one new file beside the old one.
  const vectorStore = saved ? SimpleVectorStore.fromDict(saved.vectors) : new SimpleVectorStore();
  const docStore = SimpleDocumentStore.fromDict(saved?.documents ?? {});
  const indexStore = SimpleIndexStore.fromDict(saved?.index ?? {});
  const storageContext = await storageContextFromDefaults({ docStore, indexStore, vectorStore });
  const index = await VectorStoreIndex.init({ storageContext, ...(!saved && { nodes: [] }) });
  const save = async (): Promise<void> => {
    const all = { vectors: vectorStore.toDict(), documents: docStore.toDict(), index: indexStore.toDict() };
    await writeFile(`${file}.new`, JSON.stringify(all));
    await rename(`${file}.new`, file);
  };
  return {
    put: async (passages) => {
      await index.insertNodes(passages.map(nodeOf));
      await save();
    },
    remove: async (ids) => {
      for (const id of ids) {
        await vectorStore.delete(id);
        await docStore.deleteDocument(id, false);
      }
      await save();
    },
    search: (question, most) => models.search(index, question, most),
    ask: (question) => models.rerank(index, question),
    count: async () => Object.keys(vectorStore.toDict().embeddingDict).length,
    close: async () => undefined,
  };
}

async function read(file: string): Promise<Saved | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as Saved;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
