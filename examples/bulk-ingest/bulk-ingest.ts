import { createHash } from "node:crypto";
import { mkdir, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { Embedder } from "together-retrieval";
import { connectionFor, type Connection } from "./connection.js";
import { writeCorpus } from "./corpus.js";
import { openQueue, type IngestQueue } from "./queue.js";
import { IngestReport } from "./report.js";
import { lackOf, reportsOf, workOff } from "./rounds.js";
import type { CommandLine, Settings } from "./settings.js";
import { PassageTable } from "./table.js";
import { Workforce } from "./workforce.js";

const REPOSITORY = new URL("../..", import.meta.url).pathname;

/** A corpus that still lacks something after so many rounds holds texts that the model refuses. */
const MOST_ROUNDS = 3;

/** Ingests a corpus, or what is left of it. */
export async function bulkIngest(commandLine: CommandLine): Promise<void> {
  const connection = await connectionFor(commandLine);
  console.log(connection.description);
  const settings = await settingsFor(commandLine, connection);
  const table = new PassageTable(settings.databaseURL, settings.table);
  const workforce = new Workforce(settings, { ...process.env, ...connection.environment });
  let queue: IngestQueue | undefined;
  try {
    await table.prepare(settings.model, await dimensionsOf(settings.model, connection));
    queue = await openQueue(settings);
    workforce.start(commandLine.workers);
    await Promise.race([
      run(commandLine, settings, table, queue, workforce),
      workforce.failed,
      interrupted(),
    ]);
  } finally {
    await workforce.end();
    await Promise.all([queue?.close(), table.close(), connection.close()]);
  }
}

async function run(
  { join: joins, index }: CommandLine,
  settings: Settings,
  table: PassageTable,
  queue: IngestQueue,
  workforce: Workforce,
): Promise<void> {
  // The other machine says when there is nothing left; this one works until it is stopped.
  if (joins) return new Promise<never>(() => undefined);
  const report = new IngestReport();
  let lack = await lackOf(settings, table);
  report.begin(lack);
  for (let round = 1; lack.missing > 0 && round <= MOST_ROUNDS; round++) {
    const { ranges } = lack;
    await report.during(settings.jobSize, (show) => workOff(queue, ranges, show));
    report.add(await reportsOf(queue));
    lack = await lackOf(settings, table);
  }
  report.end(lack, await table.count(), workforce);
  if (index) await report.building(table.buildIndex());
}

async function settingsFor(commandLine: CommandLine, { model }: Connection): Promise<Settings> {
  const { table, concurrency, jobSize, lockSeconds, databaseURL, redisURL, passages } = commandLine;
  const corpus = commandLine.corpus ?? (await madeCorpus(passages));
  const { size } = await stat(corpus);
  // The same on every machine that has the same corpus, wherever it lies there.
  const key = JSON.stringify([table, model, jobSize, basename(corpus), size]);
  const queue = `ingest-${createHash("sha256").update(key).digest("hex").slice(0, 12)}`;
  return { corpus, table, queue, model, concurrency, jobSize, lockSeconds, databaseURL, redisURL };
}

async function madeCorpus(passages: number): Promise<string> {
  const folder = resolve(REPOSITORY, ".cache/bulk-ingest");
  await mkdir(folder, { recursive: true });
  const corpus = join(folder, `passages-${passages}.jsonl`);
  await writeCorpus(corpus, passages, resolve(REPOSITORY, "node_modules"));
  return corpus;
}

/** Asks for one vector where the model is unknown; a wrong key or address shows before anything is queued, too. */
async function dimensionsOf(model: string, { environment }: Connection): Promise<number> {
  const embedder = new Embedder({
    model,
    apiKey: environment["TOGETHER_API_KEY"],
    baseURL: environment["TOGETHER_BASE_URL"],
  });
  return (await embedder.embedQuery("length")).vector.length;
}

/** Rejects at Ctrl-C. */
function interrupted(): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (): void => reject(new Error("Stopped. Run the same command to resume."));
    process.once("SIGINT", stop);
    process.once("SIGTERM", stop);
  });
}
