import { TogetherEmbeddings, type TogetherEvent } from "together-retrieval/langchain";
import type { ModelAt } from "../kit/service.js";
import { openPool, openTable, type ReplacingPGVectorStore } from "../stores/pgvector.js";
import { PostgresRecords, type Database } from "./record-manager.js";
import { PostgresVectorCache } from "./vector-cache.js";

/** Where documents go: vectors, what is known of them, and what was embedded before, in one database. */
export interface Target {
  readonly store: ReplacingPGVectorStore;
  readonly records: PostgresRecords;
  readonly database: Database;
}

/**
 * Opens it, and makes the tables that are not there.
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
    // What arrived before a run was killed is in the cache, and is not paid again.
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
