/** PostgreSQL with pgvector, through LlamaIndex's PGVectorStore. */

import { PGVectorStore } from "@llamaindex/postgres";
import { VectorStoreIndex } from "llamaindex";
import { Client } from "pg";
import { nodeOf, type LlamaIndexModels } from "./llamaindex.js";
import type { PassageStore } from "./store.js";

const TABLE = "llamaindex_passages";
/** It writes a batch by one statement, which takes 65,535 values at most: six for each node. */
const NODES_AT_ONCE = 1000;

export async function openLlamaIndexPostgres(
  models: LlamaIndexModels,
  databaseURL: string,
): Promise<PassageStore> {
  const client = new Client({ connectionString: databaseURL });
  await client.connect();
  // It adds a listener at every call and takes none away (0.0.66); Node would warn of it.
  client.setMaxListeners(0);
  await client.query("CREATE EXTENSION IF NOT EXISTS vector");
  const vectorStore = new PGVectorStore({ client, tableName: TABLE, dimensions: models.dimensions });
  // Makes the table, unless it is there.
  await vectorStore.client();
  const index = await VectorStoreIndex.fromVectorStore(vectorStore);
  return {
    // It upserts by the node's id.
    put: async (passages) => {
      for (let at = 0; at < passages.length; at += NODES_AT_ONCE)
        await index.insertNodes(passages.slice(at, at + NODES_AT_ONCE).map(nodeOf));
    },
    remove: async (ids) => {
      for (const id of ids) await vectorStore.delete(id);
    },
    search: (question, most) => models.search(index, question, most),
    ask: (question) => models.rerank(index, question),
    count: async () => {
      const { rows } = await client.query<{ count: string }>(`SELECT count(*) FROM ${TABLE}`);
      return Number(rows[0]?.count);
    },
    close: () => client.end(),
  };
}
