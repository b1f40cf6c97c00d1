import type { Database } from "./record-manager.js";

/**
 * The embeddings' `cache` in a table. It stores a batch of vectors with one statement. LangChain's `LocalFileStore` has
 * a file per vector: writes may be slower than the API. A killed run loses the vectors that are not yet written.
 */
export class PostgresVectorCache {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Creates the table if it does not exist. If you empty the table, the next run embeds its texts again. */
  async createSchema(): Promise<void> {
    await this.#database.query(
      "CREATE TABLE IF NOT EXISTS vector_cache (key text PRIMARY KEY, entry bytea)",
      [],
    );
  }

  async mget(keys: string[]): Promise<(Uint8Array | undefined)[]> {
    const { rows } = await this.#database.query<{ key: string; entry: Uint8Array }>(
      "SELECT key, entry FROM vector_cache WHERE key = ANY($1)",
      [keys],
    );
    const entries = new Map(rows.map(({ key, entry }) => [key, entry]));
    return keys.map((key) => entries.get(key));
  }

  async mset(entries: [string, Uint8Array][]): Promise<void> {
    await this.#database.query(
      `INSERT INTO vector_cache SELECT * FROM unnest($1::text[], $2::bytea[])
       ON CONFLICT (key) DO UPDATE SET entry = excluded.entry`,
      [entries.map(([key]) => key), entries.map(([, entry]) => Buffer.from(entry))],
    );
  }
}
