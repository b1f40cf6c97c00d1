/** LanceDB: a database in a folder, without a server. */

import { connect, type Table } from "@lancedb/lancedb";
import { LanceDB } from "@langchain/community/vectorstores/lancedb";
import type { StoredPassage } from "../support/passages.js";
import { foundIn, type LangChainModels } from "./langchain.js";
import type { PassageStore } from "./store.js";

const TABLE = "passages";

/** @param models - Must normalize: LangChain's class uses Euclidean distance, which then ranks like cosine. */
export async function openLanceDB(models: LangChainModels, folder: string): Promise<PassageStore> {
  const database = await connect(folder);
  const known = await database.tableNames();
  let table: Table | undefined = known.includes(TABLE) ? await database.openTable(TABLE) : undefined;

  // LangChain's class can search, but it adds the same id twice. The table itself can merge rows.
  const put = async (passages: readonly StoredPassage[]): Promise<void> => {
    const vectors = await models.embeddings.embedDocuments(passages.map(({ text }) => text));
    const rows = passages.map(({ id, text, file }, at) => ({ id, text, file, vector: vectors[at] }));
    if (!table) table = await database.createTable(TABLE, rows);
    else await table.mergeInsert("id").whenMatchedUpdateAll().whenNotMatchedInsertAll().execute(rows);
  };
  const store = (): LanceDB => new LanceDB(models.embeddings, table && { table });
  return {
    put,
    remove: async (ids) => {
      await table?.delete(`id IN (${ids.map((id) => `'${id}'`).join(", ")})`);
    },
    search: async (question, most) => (await store().similaritySearch(question, most)).map(foundIn),
    ask: (question) => models.rerank(store(), question),
    count: async () => (await table?.countRows()) ?? 0,
    close: async () => {
      table?.close();
      database.close();
    },
  };
}
