import { setTimeout as sleep } from "node:timers/promises";
import { readRange, rangesOf, type BadPassage, type Range } from "./corpus.js";
import { enqueue, removeFinished, type IngestQueue, type JobReport } from "./queue.js";
import type { Settings } from "./settings.js";
import type { PassageTable } from "./table.js";

/** The difference between corpus and table. */
export interface Comparison {
  readonly ranges: readonly Range[];
  readonly missing: number;
  /** Number of different texts in the corpus. */
  readonly passages: number;
  readonly bad: readonly BadPassage[];
}

/** Compares corpus and table. Only the table counts, not the state of an earlier run or of Redis. */
export async function compareWithTable(
  { corpus, jobSize }: Settings,
  table: PassageTable,
): Promise<Comparison> {
  const ranges: Range[] = [];
  const bad: BadPassage[] = [];
  let [missing, passages] = [0, 0];
  for await (const range of rangesOf(corpus, jobSize)) {
    const portion = await readRange(corpus, range);
    const open = await table.missing(portion.passages);
    if (open.length > 0) ranges.push(range);
    missing += open.length;
    passages += portion.passages.length;
    bad.push(...portion.bad);
  }
  return { ranges, missing, passages, bad };
}

const POLL_INTERVAL_MS = 250;

/**
 * Queues ranges for the workers, and resolves when all of them are done.
 *
 * @throws Error if a job failed after all retries.
 */
export async function runJobs(
  queue: IngestQueue,
  ranges: readonly Range[],
  show: (done: number, total: number) => void,
): Promise<void> {
  await removeFinished(queue);
  await enqueue(queue, ranges);
  for (;;) {
    const { completed = 0, failed = 0, ...others } = await queue.getJobCounts();
    // These ranges, and jobs of an earlier run that are still in the queue.
    const open = Object.values(others).reduce((sum, jobs) => sum + jobs, 0);
    show(completed, completed + open);
    if (failed > 0) throw await errorOfFailedJob(queue);
    if (open === 0) return;
    await sleep(POLL_INTERVAL_MS);
  }
}

async function errorOfFailedJob(queue: IngestQueue): Promise<Error> {
  const [job] = await queue.getFailed(0, 0);
  return new Error(
    `Cannot continue after line ${job?.data.line}: ${job?.failedReason}; then run the same command to resume`,
  );
}

/** Returns the sum of the reports of all finished jobs. */
export async function sumOfReports(queue: IngestQueue): Promise<JobReport & { readonly restarts: number }> {
  const sum = { stored: 0, embedded: 0, requests: 0, rateLimited: 0, retried: 0, restarts: 0 };
  const bad: BadPassage[] = [];
  const page = 1000;
  for (let start = 0; ; start += page) {
    const jobs = await queue.getCompleted(start, start + page - 1);
    for (const { returnvalue: report, attemptsStarted = 1 } of jobs) {
      for (const name of ["stored", "embedded", "requests", "rateLimited", "retried"] as const)
        sum[name] += report[name];
      sum.restarts += attemptsStarted - 1;
      bad.push(...report.bad);
    }
    if (jobs.length < page) return { ...sum, bad };
  }
}
