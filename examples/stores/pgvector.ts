/** PostgreSQL with pgvector, through LangChain's PGVectorStore. */

import { PGVectorStore } from "@langchain/community/vectorstores/pgvector";
import type { Document } from "@langchain/core/documents";
import type { TogetherEmbeddings } from "together-retrieval/langchain";
import { Pool } from "pg";
import { documentOf, foundIn, type LangChainModels } from "./langchain.js";
import type { PassageStore } from "./store.js";

const TABLE = "langchain_passages";

/** A PGVectorStore that replaces a document with the same id. The original rejects a known id. */
export class ReplacingPGVectorStore extends PGVectorStore {
  override async addVectors(
    vectors: number[][],
    documents: Document[],
    options?: { ids?: string[] },
  ): Promise<void> {
    if (options?.ids) await this.delete({ ids: options.ids });
    await super.addVectors(vectors, documents, options);
  }
}

export function openPool(databaseURL: string): Pool {
  const pool = new Pool({ connectionString: databaseURL, max: 4 });
  // Without a listener, a lost idle connection would end the process.
  pool.on("error", () => undefined);
  return pool;
}

/** Opens or creates the table. `PGVectorStore.initialize` would create the original class, not this one. */
export async function openTable(
  embeddings: TogetherEmbeddings,
  dimensions: number,
  pool: Pool,
  tableName: string,
): Promise<ReplacingPGVectorStore> {
  const store = new ReplacingPGVectorStore(embeddings, { pool, tableName });
  await store.ensureTableInDatabase(dimensions);
  return store;
}

export async function openPGVector(models: LangChainModels, databaseURL: string): Promise<PassageStore> {
  const { embeddings, dimensions } = models;
  const pool = openPool(databaseURL);
  const store = await openTable(embeddings, dimensions, pool, TABLE).catch(async (error: unknown) => {
    await pool.end();
    throw error;
  });
  return {
    // The store reads ids from the options, not from the documents.
    put: (passages) => store.addDocuments(passages.map(documentOf), { ids: passages.map(({ id }) => id) }),
    remove: (ids) => store.delete({ ids: [...ids] }),
    search: async (question, most) => (await store.similaritySearch(question, most)).map(foundIn),
    ask: (question) => models.rerank(store, question),
    count: async () => {
      const { rows } = await pool.query<{ count: string }>(`SELECT count(*) FROM ${TABLE}`);
      return Number(rows[0]?.count);
    },
    close: () => store.end(),
  };
}
