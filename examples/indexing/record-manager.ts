import { RecordManager, type ListKeyOptions, type UpdateOptions } from "@langchain/core/indexing";

/** The required method of a database. A `pg.Pool` has it. */
export interface Database {
  query<Row>(sql: string, values: unknown[]): Promise<{ rows: Row[] }>;
}

/**
 * The records of `index()` about a store: its documents, their sources, and when each was last seen. Keep them in the
 * database of the vectors. Otherwise records and vectors contradict each other after one of them is lost.
 *
 * LangChain's own record managers are in `@langchain/community`, which has had no release since May 2026. LangChain's
 * core has only the interface (1.2.13). This class implements the interface, with one statement per method.
 */
export class PostgresRecords extends RecordManager {
  override lc_namespace = ["together-retrieval", "examples", "indexing"];
  readonly #database: Database;

  constructor(database: Database) {
    super();
    this.#database = database;
  }

  async createSchema(): Promise<void> {
    await this.#query(`CREATE TABLE IF NOT EXISTS indexed_documents (
      key text PRIMARY KEY, source text, seen_at double precision NOT NULL)`);
    await this.#query("CREATE INDEX IF NOT EXISTS indexed_documents_source ON indexed_documents (source)");
  }

  /** Returns the time of the database, because the clocks of several machines differ. */
  async getTime(): Promise<number> {
    const [row] = await this.#query<{ now: number }>(`SELECT ${NOW} AS now`);
    return row?.now as number;
  }

  async update(keys: string[], { groupIds, timeAtLeast = 0 }: UpdateOptions = {}): Promise<void> {
    // Without groups, it only updates when the documents were last seen.
    const sources = groupIds ?? keys.map(() => null);
    await this.#query(
      `INSERT INTO indexed_documents AS known
       SELECT key, source, greatest(${NOW}, $3::double precision) FROM unnest($1::text[], $2::text[]) AS seen (key, source)
       ON CONFLICT (key) DO UPDATE
       SET seen_at = excluded.seen_at, source = coalesce(excluded.source, known.source)`,
      [keys, sources, timeAtLeast],
    );
  }

  async exists(keys: string[]): Promise<boolean[]> {
    const rows = await this.#query<{ key: string }>("SELECT key FROM indexed_documents WHERE key = ANY($1)", [
      keys,
    ]);
    const known = new Set(rows.map(({ key }) => key));
    return keys.map((key) => known.has(key));
  }

  async listKeys({ before, after, groupIds, limit }: ListKeyOptions = {}): Promise<string[]> {
    const rows = await this.#query<{ key: string }>(
      `SELECT key FROM indexed_documents
       WHERE seen_at < coalesce($1::double precision, 'infinity') AND seen_at > coalesce($2::double precision, '-infinity')
       AND ($3::text[] IS NULL OR source = ANY($3)) LIMIT $4::bigint`,
      [before ?? null, after ?? null, groupIds ?? null, limit ?? null],
    );
    return rows.map(({ key }) => key);
  }

  async deleteKeys(keys: string[]): Promise<void> {
    await this.#query("DELETE FROM indexed_documents WHERE key = ANY($1)", [keys]);
  }

  /** Returns the sources of all documents. It is not part of LangChain's interface, and finds deleted files. */
  async sources(): Promise<string[]> {
    const rows = await this.#query<{ source: string }>(
      "SELECT DISTINCT source FROM indexed_documents WHERE source IS NOT NULL",
    );
    return rows.map(({ source }) => source);
  }

  async #query<Row>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.#database.query<Row>(sql, values)).rows;
  }
}

const NOW = "extract(epoch FROM clock_timestamp())::double precision";
