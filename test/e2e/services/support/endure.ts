/** Runs the bulk ingest while workers are killed, servers restart, and the API sends 429s and fails. */

import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { startServices, type Services } from "../../../../examples/support/services/index.js";
import { createEmulator, seededRandom, type EmulatorOptions, type Fault } from "together-retrieval/emulator";
import { start, type Outcome, type Program } from "./program.js";

/** An ingest, and the faults during it. */
export interface FaultPlan {
  readonly args: readonly string[];
  readonly emulator: EmulatorOptions;
  readonly passages: number;
  /** Number of workers that are killed, at equal shares of the work. */
  readonly kills?: number;
  /** Restarts Redis after a third of the texts, and PostgreSQL after two thirds. */
  readonly restarts?: boolean;
}

/** Result of an ingest with faults. */
export interface IngestResult extends Outcome {
  readonly kills: number;
  readonly seconds: number;
  /** Number of texts for which the API returned vectors, repeated ones included. */
  readonly embeddedTexts: number;
  readonly requests: number;
  readonly rateLimited: number;
}

export const MODEL = "BAAI/bge-base-en-v1.5";

/** Starts the servers, calls `use`, and stops them. */
export async function withServices<Result>(use: (services: Services) => Promise<Result>): Promise<Result> {
  const services = await startServices();
  try {
    return await use(services);
  } finally {
    await services.stop();
  }
}

/** Runs the ingest with faults, and waits until it ends. */
export async function ingestWithFaults(services: Services, plan: FaultPlan): Promise<IngestResult> {
  const emulator = createEmulator({ keepBodies: false, ...plan.emulator });
  const server = await emulator.listen();
  const started = performance.now();
  const program = start("bulk-ingest/main.ts", [...plan.args, "--model", MODEL], {
    ...services.environment,
    TOGETHER_API_KEY: "any",
    TOGETHER_BASE_URL: server.url,
  });
  const over = new AbortController();
  const ended = program.ended.finally(() => over.abort());
  const reached = whenReached(() => emulator.totals.texts / plan.passages, over.signal);
  try {
    const [outcome, kills] = await Promise.all([
      ended,
      killWorkers(program, plan.kills ?? 0, reached),
      plan.restarts && restartServers(services, reached),
    ]);
    const { texts, requests, rejected } = emulator.totals;
    const seconds = (performance.now() - started) / 1000;
    return { ...outcome, kills, seconds, embeddedTexts: texts, requests, rateLimited: rejected };
  } finally {
    await server.close();
  }
}

/** Resolves when a share of the work is done; with false if the program ends before. */
type Reached = (share: number) => Promise<boolean>;

/** Waits for a share of the work and not for a time, so that slow and fast machines have the same faults. */
function whenReached(share: () => number, over: AbortSignal): Reached {
  return async (wanted) => {
    while (!over.aborted && share() < wanted) await sleep(20);
    return !over.aborted;
  };
}

/** Returns faults for about one request in twenty, of all kinds that a retry can fix. */
export function someFaults(seed = 1): () => Fault | undefined {
  const random = seededRandom(seed);
  const kinds: readonly Fault[] = ["reset", "cut", "html", { status: 500 }, { status: 503 }];
  return () => (random() < 0.05 ? kinds[Math.floor(random() * kinds.length)] : undefined);
}

async function killWorkers({ child }: Program, wanted: number, reached: Reached): Promise<number> {
  const random = seededRandom(1);
  let kills = 0;
  for (let number = 1; number <= wanted && (await reached(number / (wanted + 1))); number++) {
    const workers = await workersOf(child.pid as number);
    const worker = workers[Math.floor(random() * workers.length)];
    if (worker !== undefined && kill(worker)) kills += 1;
  }
  return kills;
}

/** Kills a process. Returns false if it has already ended. */
function kill(pid: number): boolean {
  try {
    return process.kill(pid, "SIGKILL");
  } catch {
    return false;
  }
}

/** Returns the ids of a program's worker processes. */
export async function workersOf(pid: number): Promise<number[]> {
  const { stdout } = await promisify(execFile)("ps", ["--ppid", String(pid), "-o", "pid=,args="]).catch(
    () => ({
      stdout: "",
    }),
  );
  const lines = stdout.split("\n").filter((line) => line.includes("worker.ts"));
  return lines.map((line) => Number.parseInt(line, 10));
}

async function restartServers(services: Services, reached: Reached): Promise<void> {
  if (await reached(1 / 3)) await services.redis.restart();
  if (await reached(2 / 3)) await services.postgres.restart();
}
