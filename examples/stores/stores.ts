import { join } from "node:path";
import { LocalFileStore } from "@langchain/classic/storage/file_system";
import type { Service } from "../kit/service.js";
import type { PassageStore, Place } from "./store.js";

/** The stores by name. Each is loaded at its first use, because you do not need the packages of all stores. */
export const STORES = {
  memory: async (service, cache) => {
    const [{ openMemory }, { LangChainModels }] = await Promise.all([import("./memory.js"), langchain()]);
    return openMemory(new LangChainModels(service, cache));
  },
  lancedb: async (service, cache, { folder }) => {
    const [{ openLanceDB }, { LangChainModels }] = await Promise.all([import("./lancedb.js"), langchain()]);
    return openLanceDB(new LangChainModels(service, cache, { normalize: true }), folder);
  },
  pgvector: async (service, cache, { databaseURL }) => {
    const [{ openPGVector }, { LangChainModels }] = await Promise.all([import("./pgvector.js"), langchain()]);
    return openPGVector(new LangChainModels(service, cache), databaseURL);
  },
  langgraph: async (service, cache) => {
    const [{ openLangGraph }, { LangChainModels }] = await Promise.all([
      import("./langgraph.js"),
      langchain(),
    ]);
    return openLangGraph(new LangChainModels(service, cache));
  },
  "llamaindex-disk": async (service, cache, { folder }) => {
    const [{ openLlamaIndexDisk }, { LlamaIndexModels }] = await Promise.all([
      import("./llamaindex-disk.js"),
      llamaindex(),
    ]);
    return openLlamaIndexDisk(new LlamaIndexModels(service, cache), folder);
  },
  "llamaindex-postgres": async (service, cache, { databaseURL }) => {
    const [{ openLlamaIndexPostgres }, { LlamaIndexModels }] = await Promise.all([
      import("./llamaindex-postgres.js"),
      llamaindex(),
    ]);
    return openLlamaIndexPostgres(new LlamaIndexModels(service, cache), databaseURL);
  },
} satisfies Record<string, (service: Service, cache: LocalFileStore, place: Place) => Promise<PassageStore>>;

export type StoreName = keyof typeof STORES;

const langchain = () => import("./langchain.js");
const llamaindex = () => import("./llamaindex.js");

/** Opens a store and, in the same place, a cache of vectors. */
export async function openStore(name: StoreName, service: Service, place: Place): Promise<PassageStore> {
  const cache = await LocalFileStore.fromPath(join(place.folder, "vectors"));
  return STORES[name](service, cache, { ...place, folder: join(place.folder, name) });
}
