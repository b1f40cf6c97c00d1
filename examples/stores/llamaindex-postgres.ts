/** PostgreSQL with pgvector, through LlamaIndex's PGVectorStore. */

import { PGVectorStore } from "@llamaindex/postgres";
import { VectorStoreIndex } from "llamaindex";
import { Client } from "pg";
import { nodeOf, type LlamaIndexModels } from "./llamaindex.js";
import type { PassageStore } from "./store.js";

const TABLE = "llamaindex_passages";
/** The store writes a batch with one statement of at most 65,535 values, six per node. */
const BATCH_NODES = 1000;

export async function openLlamaIndexPostgres(
  models: LlamaIndexModels,
  databaseURL: string,
): Promise<PassageStore> {
  const client = new Client({ connectionString: databaseURL });
  await client.connect();
  // The store adds a listener in each call and removes none (0.0.66). Node would print a warning.
  client.setMaxListeners(0);
  await client.query("CREATE EXTENSION IF NOT EXISTS vector");
  const vectorStore = new PGVectorStore({ client, tableName: TABLE, dimensions: models.dimensions });
  // Creates the table if it does not exist.
  await vectorStore.client();
  const index = await VectorStoreIndex.fromVectorStore(vectorStore);
  return {
    // The store upserts by the node's id.
    put: async (passages) => {
      for (let at = 0; at < passages.length; at += BATCH_NODES)
        await index.insertNodes(passages.slice(at, at + BATCH_NODES).map(nodeOf));
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
