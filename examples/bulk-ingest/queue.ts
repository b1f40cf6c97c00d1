import { Queue, Worker, type Job, type WorkerOptions } from "bullmq";
import type { BadPassage, Range } from "./corpus.js";
import type { Settings } from "./settings.js";

/** The result of a job. The queue stores it until the next run. */
export interface JobReport {
  readonly stored: number;
  readonly embedded: number;
  readonly requests: number;
  readonly rateLimited: number;
  readonly retried: number;
  readonly bad: readonly BadPassage[];
}

export type IngestQueue = Queue<Range, JobReport>;
export type IngestJob = Job<Range, JobReport>;

/** A job that fails with a retryable error is retried for five minutes. */
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
    // If Redis is lost after the first connection, commands wait until it is back.
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
  // Without a connection, `disconnect` rejects, too.
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

/** Queues ranges. A range that is already queued is not queued again, because the range is the id of its job. */
export async function enqueue(queue: IngestQueue, ranges: readonly Range[]): Promise<void> {
  for (let at = 0; at < ranges.length; at += JOBS_AT_ONCE) {
    const some = ranges.slice(at, at + JOBS_AT_ONCE);
    await queue.addBulk(
      some.map((range) => ({ name: "ingest", data: range, opts: { jobId: `${range.start}-${range.end}` } })),
    );
  }
}

/** Removes the finished and failed jobs of earlier runs. Otherwise their ranges could not be queued again. */
export async function removeFinished(queue: IngestQueue): Promise<void> {
  for (const state of ["completed", "failed"] as const)
    while ((await queue.clean(0, JOBS_AT_ONCE, state)).length > 0);
}

/** Opens a worker that runs jobs until it is closed. */
export function openWorker(
  { queue, redisURL, concurrency, lockSeconds }: Settings,
  work: (job: IngestJob) => Promise<JobReport>,
): Worker<Range, JobReport> {
  const options: WorkerOptions = {
    connection: { url: redisURL, maxRetriesPerRequest: null },
    concurrency,
    lockDuration: lockSeconds * 1000,
    stalledInterval: lockSeconds * 500,
    // By default, BullMQ restarts a job only once after its worker has died.
    maxStalledCount: 1000,
    // Not a real limit: BullMQ applies `Queue.rateLimit` only if the worker has a limiter (5.81.5).
    limiter: { max: 1_000_000, duration: 1000 },
  };
  const worker = new Worker<Range, JobReport>(queue, work, options);
  worker.on("error", () => undefined);
  return worker;
}
