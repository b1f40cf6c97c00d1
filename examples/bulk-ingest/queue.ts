import { Queue, Worker, type Job, type WorkerOptions } from "bullmq";
import type { BadPassage, Range } from "./corpus.js";
import type { Settings } from "./settings.js";

/** What a job has done; the queue keeps it until the next run. */
export interface JobReport {
  readonly stored: number;
  readonly embedded: number;
  readonly requests: number;
  readonly refused: number;
  readonly retried: number;
  readonly bad: readonly BadPassage[];
}

export type IngestQueue = Queue<Range, JobReport>;
export type IngestJob = Job<Range, JobReport>;

/** A job that fails for a passing reason is tried again for five minutes. */
const ATTEMPTS = { attempts: 60, backoff: { type: "fixed", delay: 5000 } } as const;
const JOBS_AT_ONCE = 1000;

/**
 * Opens the queue.
 *
 * @throws Error if Redis cannot be reached.
 */
export async function openQueue({ queue, redisURL }: Settings): Promise<IngestQueue> {
  await reach(redisURL);
  const opened: IngestQueue = new Queue(queue, {
    // Once it was there, it may go away and come back: then a command waits.
    connection: { url: redisURL, maxRetriesPerRequest: null },
    defaultJobOptions: ATTEMPTS,
  });
  opened.on("error", () => undefined);
  return opened;
}

async function reach(redisURL: string): Promise<void> {
  const probe = new Queue("reach", {
    connection: { url: redisURL, retryStrategy: () => null, maxRetriesPerRequest: 0, connectTimeout: 5000 },
  });
  const problem = new Promise<string>((resolve) => {
    probe.on("error", ({ message, ...error }) =>
      resolve(message || (error as NodeJS.ErrnoException).code || "lost"),
    );
  });
  const outcome = await Promise.race([problem, probe.waitUntilReady().then(() => undefined, String)]);
  // It was never connected, and says so once more.
  await probe.disconnect().catch(() => undefined);
  if (outcome !== undefined) {
    throw new Error(
      `Cannot use Redis at ${withoutPassword(redisURL)}: ${outcome}; start one with npm run services, or set REDIS_URL`,
    );
  }
}

function withoutPassword(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  return url ? `${url.protocol}//${url.host}` : "the address in REDIS_URL";
}

/** Queues ranges. One that waits already is not queued again, because a job's id is where its range begins. */
export async function enqueue(queue: IngestQueue, ranges: readonly Range[]): Promise<void> {
  for (let at = 0; at < ranges.length; at += JOBS_AT_ONCE) {
    const some = ranges.slice(at, at + JOBS_AT_ONCE);
    await queue.addBulk(
      some.map((range) => ({ name: "ingest", data: range, opts: { jobId: `${range.start}-${range.end}` } })),
    );
  }
}

/** Forgets what former runs have finished or given up, so that it can be queued again if it is not in the table. */
export async function forgetFinished(queue: IngestQueue): Promise<void> {
  for (const state of ["completed", "failed"] as const)
    while ((await queue.clean(0, JOBS_AT_ONCE, state)).length > 0);
}

/** Takes jobs until it is closed. */
export function openWorker(
  { queue, redisURL, concurrency, lockSeconds }: Settings,
  work: (job: IngestJob) => Promise<JobReport>,
): Worker<Range, JobReport> {
  const options: WorkerOptions = {
    connection: { url: redisURL, maxRetriesPerRequest: null },
    concurrency,
    lockDuration: lockSeconds * 1000,
    stalledInterval: lockSeconds * 500,
    // A job is given up after the first death of its worker, by default.
    maxStalledCount: 1000,
    // Not a limit: BullMQ heeds Queue.rateLimit only where there is one (5.81.5).
    limiter: { max: 1_000_000, duration: 1000 },
  };
  const worker = new Worker<Range, JobReport>(queue, work, options);
  worker.on("error", () => undefined);
  return worker;
}
