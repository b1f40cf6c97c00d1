/** The bulk ingest among everything that can go wrong: workers shot, servers restarted, an API that refuses and fails. */

import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { startServices, type Services } from "../../../../examples/support/services/index.js";
import { createEmulator, seededRandom, type EmulatorOptions, type Fault } from "together-retrieval/emulator";
import { start, type Outcome, type Program } from "./program.js";

/** What is done to an ingest. */
export interface Ordeal {
  readonly args: readonly string[];
  readonly emulator: EmulatorOptions;
  readonly passages: number;
  /** Workers that are killed, spread evenly over the work. */
  readonly kills?: number;
  /** Restarts Redis when a third of the texts is embedded, and PostgreSQL after two thirds. */
  readonly restarts?: boolean;
}

/** What came of it. */
export interface Endured extends Outcome {
  readonly kills: number;
  readonly seconds: number;
  /** Texts in requests that were answered with vectors, as the API counts them. */
  readonly paidTexts: number;
  readonly requests: number;
  readonly refused: number;
}

export const MODEL = "BAAI/bge-base-en-v1.5";

/** Starts the servers for as long as something is done with them. */
export async function withServices<Result>(use: (services: Services) => Promise<Result>): Promise<Result> {
  const services = await startServices();
  try {
    return await use(services);
  } finally {
    await services.stop();
  }
}

/** Runs the ingest to its end, whatever is done to it. */
export async function endure(services: Services, ordeal: Ordeal): Promise<Endured> {
  const emulator = createEmulator({ keepBodies: false, ...ordeal.emulator });
  const server = await emulator.listen();
  const started = performance.now();
  const program = start("bulk-ingest/main.ts", [...ordeal.args, "--model", MODEL], {
    ...services.environment,
    TOGETHER_API_KEY: "any",
    TOGETHER_BASE_URL: server.url,
  });
  const over = new AbortController();
  const ended = program.ended.finally(() => over.abort());
  const reached = whenReached(() => emulator.totals.texts / ordeal.passages, over.signal);
  try {
    const [outcome, kills] = await Promise.all([
      ended,
      shootWorkers(program, ordeal.kills ?? 0, reached),
      ordeal.restarts && restartServers(services, reached),
    ]);
    const { texts, requests, rejected } = emulator.totals;
    const seconds = (performance.now() - started) / 1000;
    return { ...outcome, kills, seconds, paidTexts: texts, requests, refused: rejected };
  } finally {
    await server.close();
  }
}

/** Resolves when so much of the work is done, with false if the program ends before. */
type Reached = (share: number) => Promise<boolean>;

/** What is done goes by the work and not by the clock: so it happens on slow machines as on fast ones. */
function whenReached(share: () => number, over: AbortSignal): Reached {
  return async (wanted) => {
    while (!over.aborted && share() < wanted) await sleep(20);
    return !over.aborted;
  };
}

/** About one request in twenty, of every kind that another attempt can mend. */
export function someFaults(seed = 1): () => Fault | undefined {
  const random = seededRandom(seed);
  const kinds: readonly Fault[] = ["reset", "cut", "html", { status: 500 }, { status: 503 }];
  return () => (random() < 0.05 ? kinds[Math.floor(random() * kinds.length)] : undefined);
}

async function shootWorkers({ child }: Program, wanted: number, reached: Reached): Promise<number> {
  const random = seededRandom(1);
  let kills = 0;
  for (let number = 1; number <= wanted && (await reached(number / (wanted + 1))); number++) {
    const workers = await workersOf(child.pid as number);
    const victim = workers[Math.floor(random() * workers.length)];
    if (victim !== undefined && shot(victim)) kills += 1;
  }
  return kills;
}

/** It may have ended by itself a moment ago. */
function shot(pid: number): boolean {
  try {
    return process.kill(pid, "SIGKILL");
  } catch {
    return false;
  }
}

/** The processes that a process has started to work for it. */
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
