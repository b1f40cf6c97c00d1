/** LlamaIndex's own stores, kept on disk. */

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

/** What the three stores make of themselves. */
interface Kept {
  readonly vectors: Parameters<typeof SimpleVectorStore.fromDict>[0];
  readonly documents: Parameters<typeof SimpleDocumentStore.fromDict>[0];
  readonly index: Parameters<typeof SimpleIndexStore.fromDict>[0];
}

export async function openLlamaIndexDisk(models: LlamaIndexModels, folder: string): Promise<PassageStore> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, "index.json");
  const kept = await read(file);
  // With a `persistDir` they write their whole file again for every single document, and a death meanwhile leaves half
  // a file (0.12.1). So they live in memory here, and are written once for each change, beside the old file.
  const vectorStore = kept ? SimpleVectorStore.fromDict(kept.vectors) : new SimpleVectorStore();
  const docStore = SimpleDocumentStore.fromDict(kept?.documents ?? {});
  const indexStore = SimpleIndexStore.fromDict(kept?.index ?? {});
  const storageContext = await storageContextFromDefaults({ docStore, indexStore, vectorStore });
  const index = await VectorStoreIndex.init({ storageContext, ...(!kept && { nodes: [] }) });
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

async function read(file: string): Promise<Kept | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as Kept;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
