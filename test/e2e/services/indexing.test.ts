import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEmulator, type Emulator, type EmulatorServer } from "together-retrieval/emulator";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { indexSources, type IndexingOptions, type Outcome } from "../../../examples/indexing/indexing.js";
import { readSources } from "../../../examples/indexing/sources.js";
import { openTarget, type Target } from "../../../examples/indexing/target.js";
import { somePassages } from "../../../examples/support/passages.js";
import { startPostgres } from "../../../examples/support/services/index.js";
import type { RunningServer } from "../../../examples/support/services/server.js";
import { MODEL } from "./support/endure.js";
import { ROOT, run, start } from "./support/program.js";
import { isSkipped, skipReason } from "./support/required.js";

const FILES = 100;
/** Each passage becomes one document: too long to be joined, too short to be split. */
const PASSAGES_PER_FILE = 50;

let postgres: RunningServer;
let emulator: Emulator;
let server: EmulatorServer;
let base: string;
let folder: string;
/** Number of different documents. A file may have the same passage twice. */
let documents: number;
/** Number of different texts. Each is embedded once. */
let texts: number;

describe.skipIf(isSkipped)(`index()${skipReason}`, () => {
  beforeAll(async () => {
    postgres = await startPostgres();
    emulator = createEmulator({ keepBodies: false, workers: 1, serviceTime: 50 });
    server = await emulator.listen();
    base = await mkdtemp(join(tmpdir(), "indexing-"));
    folder = join(base, "texts");
    await writeFiles();
    const { sources } = await readSources(folder);
    const all = sources.flatMap((source) => source.documents);
    documents = new Set(all.map(({ pageContent, metadata }) => JSON.stringify([pageContent, metadata]))).size;
    texts = new Set(all.map(({ pageContent }) => pageContent)).size;
  });

  afterAll(async () => {
    await Promise.all([server?.close(), postgres?.stop(), base && rm(base, { recursive: true })]);
  });

  it("resumes after it was killed, and re-embeds no text whose vector was received", async () => {
    const program = start("indexing/main.ts", [folder], environment());
    await expect.poll(() => emulator.totals.texts, { timeout: 30_000, interval: 5 }).toBeGreaterThan(1000);
    program.child.kill("SIGKILL");
    await program.ended;
    const killed = emulator.totals.texts;

    const resumed = await run("indexing/main.ts", [folder], environment());
    expect(resumed).toMatchObject({ exitCode: 0, stderr: "" });
    expect(await rows()).toBe(documents);
    // The server processes one request at a time. Only a few responses can be sent, but not stored.
    expect(emulator.totals.texts).toBeLessThanOrEqual(texts + 4 * 128);
    console.log(
      `texts: ${texts}; ${killed} sent by the killed run, ${emulator.totals.texts - killed} by the resumed one`,
    );
  });

  it("embeds nothing in a second run, without the cache too", async () => {
    await query("TRUNCATE vector_cache");
    const before = emulator.totals.texts;
    const outcome = await indexed();
    expect(outcome).toMatchObject({ numAdded: 0, numSkipped: documents, numDeleted: 0, problems: [] });
    expect(emulator.totals.texts - before).toBe(0);
  });

  it("embeds only a changed document, and deletes its old chunks", async () => {
    const file = join(folder, "7.md");
    const text = await readFile(file, "utf8");
    await writeFile(file, `${text}\n\n# Afterword\n\n${"Nothing of this was there before. ".repeat(20)}\n`);
    const before = emulator.totals.texts;
    const outcome = await indexed();
    expect(outcome.numAdded).toBeGreaterThan(0);
    expect(outcome.numAdded).toBeLessThanOrEqual(2);
    expect(emulator.totals.texts - before).toBe(outcome.numAdded);

    await writeFile(file, text);
    const restored = await indexed();
    expect(restored.numDeleted).toBe(outcome.numAdded);
    expect(await rows()).toBe(documents);
  });

  it("names the files that it could not read, and indexes the others", async () => {
    await writeFile(join(folder, "blank.md"), " \n");
    await mkdir(join(folder, "folder.md"));
    await writeFile(join(folder, "late.md"), "# Late\n\nThis one is fine.\n");
    const { stdout, exitCode } = await run("indexing/main.ts", [folder], environment());
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`1 added, ${documents} unchanged, 0 deleted; 1 embedded.`);
    expect(stdout).toMatch(
      /Not indexed: 2 files\.\n {2}.*blank\.md: it holds no text\n {2}.*folder\.md: EISDIR/,
    );
  });

  it("deletes the documents of a file that is gone, and not those of one that cannot be read", async () => {
    await rm(join(folder, "late.md"));
    await rm(join(folder, "8.md"));
    await mkdir(join(folder, "8.md"));
    const outcome = await indexed();
    expect(outcome).toMatchObject({ numAdded: 0, numDeleted: 1 });
    expect(await rows()).toBe(documents);
  });

  it("waits for a database that restarts, and completes", async () => {
    await query("TRUNCATE indexed, indexed_documents");
    let restarted: Promise<void> | undefined;
    const outcome = await indexed({
      portion: 300,
      onProgress: () => {
        restarted ??= postgres.restart();
      },
    });
    await restarted;
    expect(outcome.problems.filter(({ problem }) => !/text|EISDIR/.test(problem))).toEqual([]);
    expect(outcome.numAdded).toBeGreaterThan(documents - PASSAGES_PER_FILE);
  });

  it("names the files that could not be stored when the database does not return, and ends", async () => {
    await query("TRUNCATE indexed, indexed_documents");
    const target = await open();
    const sources = await readSources(folder);
    await postgres.stop();
    const { numAdded, problems } = await indexSources(sources, target.store, target.records, {
      deadlineMs: 300,
    });
    await target.store.end();
    expect(numAdded).toBe(0);
    expect(problems.filter(({ problem }) => problem.includes("ECONNREFUSED")).length).toBeGreaterThanOrEqual(
      FILES - 1,
    );
  });
});

it("prints that PostgreSQL cannot be reached, and how to fix it", async () => {
  const { exitCode, stderr } = await run("indexing/main.ts", ["examples/start"], {
    DATABASE_URL: "postgresql://127.0.0.1:1/none",
  });
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^Cannot use PostgreSQL: .*ECONNREFUSED.*; start one with npm run services/);
});

async function writeFiles(): Promise<void> {
  await mkdir(folder);
  const passages = await somePassages(FILES * PASSAGES_PER_FILE, join(ROOT, "node_modules"));
  for (let number = 0; number < FILES; number++) {
    const some = passages.slice(number * PASSAGES_PER_FILE, (number + 1) * PASSAGES_PER_FILE);
    await writeFile(join(folder, `${number}.md`), some.map(({ text }) => text).join("\n\n"));
  }
}

function open(): Promise<Target> {
  return openTarget({ model: MODEL, apiKey: "any", baseURL: server.url }, postgres.url);
}

async function indexed(options?: IndexingOptions): Promise<Outcome> {
  const { store, records } = await open();
  try {
    return await indexSources(await readSources(folder), store, records, options);
  } finally {
    await store.end();
  }
}

async function rows(): Promise<number> {
  const [row] = await query<{ count: string }>("SELECT count(*) FROM indexed");
  return Number(row?.count);
}

async function query<Row>(sql: string): Promise<Row[]> {
  const { store, database } = await open();
  try {
    return (await database.query<Row>(sql, [])).rows;
  } finally {
    await store.end();
  }
}

function environment(): NodeJS.ProcessEnv {
  return {
    DATABASE_URL: postgres.url,
    TOGETHER_API_KEY: "any",
    TOGETHER_BASE_URL: server.url,
    TOGETHER_EMBEDDING_MODEL: MODEL,
    TOGETHER_RERANK_MODEL: "Salesforce/Llama-Rank-V1",
  };
}
