import pRetry from "p-retry";
import { escapeIdentifier, escapeLiteral, Pool, type QueryResultRow } from "pg";
import pgvector from "pgvector/pg";
import type { StoredPassage } from "../support/passages.js";

/** Errors of a database that is restarting or out of reach for a moment; any other would only come again. */
const PASSING =
  /^(?:ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|EAI_AGAIN|08|57P0[123]|53300)|^Connection terminated|^timeout/;

/** Keeps trying for about a minute. */
const PATIENCE = { retries: 12, factor: 2, minTimeout: 100, maxTimeout: 10_000, randomize: true };

/**
 * Passages with their vectors, in PostgreSQL. The table knows the model whose vectors it holds: two models in one
 * table would make every search wrong without a sign of it.
 */
export class PassageTable {
  readonly #pool: Pool;
  readonly #name: string;

  constructor(url: string, name: string) {
    this.#pool = new Pool({ connectionString: url, max: 4, connectionTimeoutMillis: 5000 });
    // A connection that is lost while it is idle would otherwise end the process.
    this.#pool.on("error", () => undefined);
    this.#name = escapeIdentifier(name);
  }

  /**
   * Makes the table, unless it is there.
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

  /** Those that are not there yet. */
  async missing(passages: readonly StoredPassage[]): Promise<StoredPassage[]> {
    const ids = passages.map(({ id }) => id);
    const rows = await this.#query<{ id: string }>(
      `SELECT id FROM ${this.#name} WHERE id = ANY($1::uuid[])`,
      [ids],
    );
    const there = new Set(rows.map(({ id }) => id));
    return passages.filter(({ id }) => !there.has(id));
  }

  /** Adds passages, all or none. One that another worker added meanwhile stays as it is. */
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

  /** Builds the index for cosine distance; after the passages, because filling an index as it grows takes longer. */
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

  /** Every statement here may be run twice. So one whose answer was lost is run again, and no vector is paid twice. */
  async #query<Row extends QueryResultRow>(sql: string, values: unknown[]): Promise<Row[]> {
    const result = await pRetry(() => this.#pool.query<Row>(sql, values), {
      ...PATIENCE,
      shouldRetry: (error) =>
        PASSING.test((error as NodeJS.ErrnoException).code ?? "") || PASSING.test(error.message),
    });
    return result.rows;
  }
}
