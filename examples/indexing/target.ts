import { TogetherEmbeddings, type TogetherEvent } from "together-retrieval/langchain";
import type { ModelAt } from "../kit/service.js";
import { openPool, openTable, type ReplacingPGVectorStore } from "../stores/pgvector.js";
import { PostgresRecords, type Database } from "./record-manager.js";
import { PostgresVectorCache } from "./vector-cache.js";

/** The database of the vectors, of the records about them, and of the cache. */
export interface Target {
  readonly store: ReplacingPGVectorStore;
  readonly records: PostgresRecords;
  readonly database: Database;
}

/**
 * Opens the database, and creates missing tables.
 *
 * @throws Error if the database cannot be reached.
 */
export async function openTarget(
  model: ModelAt,
  databaseURL: string,
  onEvent?: (event: TogetherEvent) => void,
): Promise<Target> {
  const pool = openPool(databaseURL);
  try {
    const cache = new PostgresVectorCache(pool);
    const records = new PostgresRecords(pool);
    await Promise.all([cache.createSchema(), records.createSchema()]);
    // The cache has the vectors that arrived before a run was killed: they are not billed twice.
    const embeddings = new TogetherEmbeddings({ ...model, cache, onEvent });
    const dimensions = embeddings.dimensions ?? (await embeddings.embedQuery("length")).length;
    return { store: await openTable(embeddings, dimensions, pool, "indexed"), records, database: pool };
  } catch (error) {
    await pool.end();
    const { message, code } = error as NodeJS.ErrnoException;
    throw new Error(
      `Cannot use PostgreSQL: ${message || code}; start one with npm run services, or set DATABASE_URL`,
      { cause: error },
    );
  }
}
