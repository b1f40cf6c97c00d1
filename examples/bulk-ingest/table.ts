import pRetry from "p-retry";
import { escapeIdentifier, escapeLiteral, Pool, type QueryResultRow } from "pg";
import pgvector from "pgvector/pg";
import type { StoredPassage } from "../support/passages.js";

/** Errors of a database that restarts or is briefly unreachable. All other errors are not retryable. */
const RETRYABLE =
  /^(?:ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|EAI_AGAIN|08|57P0[123]|53300)|^Connection terminated|^timeout/;

/** Retries for about a minute. */
const RETRY_OPTIONS = { retries: 12, factor: 2, minTimeout: 100, maxTimeout: 10_000, randomize: true };

/**
 * Passages with their vectors, in PostgreSQL. The table's comment names the model of its vectors. With vectors of two
 * models in one table, every search would silently return wrong passages.
 */
export class PassageTable {
  readonly #pool: Pool;
  readonly #name: string;

  constructor(url: string, name: string) {
    this.#pool = new Pool({ connectionString: url, max: 4, connectionTimeoutMillis: 5000 });
    // Without a listener, a lost idle connection would end the process.
    this.#pool.on("error", () => undefined);
    this.#name = escapeIdentifier(name);
  }

  /**
   * Creates the table if it does not exist.
   *
   * @throws Error if the database cannot be reached, or if the table belongs to another model.
   */
  async prepare(model: string, dimensions: number): Promise<void> {
    await this.#pool.query("CREATE EXTENSION IF NOT EXISTS vector").catch((error: NodeJS.ErrnoException) => {
      throw new Error(
        `Cannot use PostgreSQL: ${error.message || error.code}; start one with npm run services, or set DATABASE_URL to one that has pgvector`,
      );
    });
    await this.#pool.query(`CREATE TABLE IF NOT EXISTS ${this.#name} (
      id uuid PRIMARY KEY, file text NOT NULL, text text NOT NULL, embedding vector(${dimensions}) NOT NULL)`);
    const { rows } = await this.#pool.query<{ comment: string | null }>(
      `SELECT obj_description('${this.#name}'::regclass) AS comment`,
    );
    const owner = rows[0]?.comment ?? model;
    if (owner !== model) {
      throw new Error(
        `Cannot ingest into ${this.#name}: it holds vectors of ${owner}, not of ${model}; name another table with --table`,
      );
    }
    await this.#pool.query(`COMMENT ON TABLE ${this.#name} IS ${escapeLiteral(model)}`);
  }

  /** Returns the passages that are not in the table. */
  async missing(passages: readonly StoredPassage[]): Promise<StoredPassage[]> {
    const ids = passages.map(({ id }) => id);
    const rows = await this.#query<{ id: string }>(
      `SELECT id FROM ${this.#name} WHERE id = ANY($1::uuid[])`,
      [ids],
    );
    const there = new Set(rows.map(({ id }) => id));
    return passages.filter(({ id }) => !there.has(id));
  }

  /** Adds all passages or none. A passage that another worker has added meanwhile stays unchanged. */
  async add(passages: readonly StoredPassage[], vectors: readonly Float32Array[]): Promise<void> {
    await this.#query(
      `INSERT INTO ${this.#name} SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]::vector[])
       ON CONFLICT (id) DO NOTHING`,
      [
        passages.map(({ id }) => id),
        passages.map(({ file }) => file),
        passages.map(({ text }) => text),
        vectors.map((vector) => pgvector.toSql([...vector]) as string),
      ],
    );
  }

  async count(): Promise<number> {
    const [row] = await this.#query<{ count: string }>(`SELECT count(*) FROM ${this.#name}`, []);
    return Number(row?.count);
  }

  /** Builds the index for cosine distance. Call it after all passages are added: inserts into an index are slower. */
  async buildIndex(): Promise<void> {
    await this.#query(
      `CREATE INDEX IF NOT EXISTS ${escapeIdentifier(`${this.#name.replaceAll('"', "")}_nearest`)}
       ON ${this.#name} USING hnsw (embedding vector_cosine_ops)`,
      [],
    );
  }

  close(): Promise<void> {
    return this.#pool.end();
  }

  /** Runs a statement, with retries: each may run twice. If its result is lost, no vector is re-embedded. */
  async #query<Row extends QueryResultRow>(sql: string, values: unknown[]): Promise<Row[]> {
    const result = await pRetry(() => this.#pool.query<Row>(sql, values), {
      ...RETRY_OPTIONS,
      shouldRetry: (error) =>
        RETRYABLE.test((error as NodeJS.ErrnoException).code ?? "") || RETRYABLE.test(error.message),
    });
    return result.rows;
  }
}
