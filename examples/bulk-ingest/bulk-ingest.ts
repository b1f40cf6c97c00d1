import { createHash } from "node:crypto";
import { mkdir, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { Embedder } from "together-retrieval";
import { connectionFor, type Connection } from "./connection.js";
import { openQueue, type IngestQueue } from "./queue.js";
import { IngestReport } from "./report.js";
import { compareWithTable, runJobs, sumOfReports } from "./rounds.js";
import type { CommandLine, Settings } from "./settings.js";
import { PassageTable } from "./table.js";
import { Workforce } from "./workforce.js";

const REPOSITORY = new URL("../..", import.meta.url).pathname;

/** After this number of rounds, the texts that are still missing are texts that the model rejects. */
const MAX_ROUNDS = 3;

/** Ingests all passages of a corpus that are not in the table. */
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
  // The other machine detects the end of the run. This one works until it is stopped.
  if (joins) return new Promise<never>(() => undefined);
  const report = new IngestReport();
  let comparison = await compareWithTable(settings, table);
  report.begin(comparison);
  for (let round = 1; comparison.missing > 0 && round <= MAX_ROUNDS; round++) {
    const { ranges } = comparison;
    await report.during(settings.jobSize, (show) => runJobs(queue, ranges, show));
    report.add(await sumOfReports(queue));
    comparison = await compareWithTable(settings, table);
  }
  report.end(comparison, await table.count(), workforce);
  if (index) await report.building(table.buildIndex());
}

async function settingsFor(commandLine: CommandLine, { model }: Connection): Promise<Settings> {
  const { table, concurrency, jobSize, lockSeconds, databaseURL, redisURL, passages } = commandLine;
  const corpus = commandLine.corpus ?? (await createCorpus(passages));
  const { size } = await stat(corpus);
  // The key is the same on every machine with the same corpus, in any folder.
  const key = JSON.stringify([table, model, jobSize, basename(corpus), size]);
  const queue = `ingest-${createHash("sha256").update(key).digest("hex").slice(0, 12)}`;
  return { corpus, table, queue, model, concurrency, jobSize, lockSeconds, databaseURL, redisURL };
}

async function createCorpus(passages: number): Promise<string> {
  const folder = resolve(REPOSITORY, ".cache/bulk-ingest");
  await mkdir(folder, { recursive: true });
  const corpus = join(folder, `passages-${passages}.jsonl`);
  // Loaded only here, because the splitter of the passages takes longer to load than the rest of the program.
  const { writeCorpus } = await import("./sample-corpus.js");
  await writeCorpus(corpus, passages, resolve(REPOSITORY, "node_modules"));
  return corpus;
}

/** Requests one vector, because the model may be unknown. A wrong key or address fails here, before jobs are queued. */
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
