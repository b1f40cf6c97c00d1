/** Runs one scenario: the real embedder over the real emulator, under virtual time. */

import { createEmulator, seededRandom, type Emulator } from "../../src/emulator/index.js";
import { Embedder, type Fetch } from "../../src/index.js";
import { CEILING, TOKENS, type Scenario } from "./scenarios.js";
import { underVirtualTime } from "./virtual-time.js";

/** What came of a scenario. */
export interface Outcome {
  readonly elapsedMs: number;
  readonly timeOverIdeal: number;
  readonly requests: number;
  readonly refusedShare: number;
  /** Refusals of the one text that met most. */
  readonly mostRefusals: number;
  /** 95th percentile of the queries' latency over a query's latency alone; `undefined` without queries. */
  readonly queryOverLone: number | undefined;
  readonly timersLeft: number;
  /** When each request left, and whether it was refused, for plots. */
  readonly log: readonly { readonly at: number; readonly refused: boolean }[];
}

const MODEL = "simulated";

/**
 * Processes do not start in the same millisecond. If they did here, the order of microtasks in this one event loop
 * would decide whose requests the server sees first, which differs by 40 % in time and means nothing.
 */
const MAX_START_DELAY_MS = 100;

/** @param seed - Equal seeds give equal runs. */
export async function runScenario(scenario: Scenario, seed: number): Promise<Outcome> {
  const refusals = new Map<string, number>();
  const log: { at: number; refused: boolean }[] = [];
  const watch = (fetch: Fetch): Fetch => {
    return async (input, init) => {
      const at = performance.now();
      const response = await fetch(input, init);
      const refused = response.status === 429;
      log.push({ at, refused });
      if (refused) count(refusals, init?.body as string);
      return response;
    };
  };
  const queries: number[] = [];
  const run = await underVirtualTime(seed, async () => {
    const emulator = emulatorFor(scenario, seed);
    const { later } = scenario;
    if (later) setTimeout(() => emulator.setLimits(later.limits), later.atMs);
    const processes = scenario.processes ?? 1;
    const share = scenario.requests / processes;
    const jobs = Array.from({ length: processes }, async (_, process) => {
      if (process > 0) await sleep(Math.random() * MAX_START_DELAY_MS);
      const embedder = embedderFor(watch(emulator.fetch));
      const asking = scenario.queries ? ask(embedder, queries) : undefined;
      return embedder.embed(textsOf(process, share)).finally(() => asking?.abort());
    });
    await Promise.all(jobs);
    return { ...emulator.totals, endedAt: performance.now() };
  });
  const { requests, rejected, endedAt } = run.result;
  return {
    elapsedMs: endedAt,
    timeOverIdeal: endedAt / scenario.idealMs,
    requests,
    refusedShare: rejected / requests,
    mostRefusals: Math.max(0, ...refusals.values()),
    queryOverLone: scenario.queries
      ? percentile(queries, 0.95) / (await loneLatency(scenario, seed))
      : undefined,
    timersLeft: run.timersLeft - (scenario.later && scenario.later.atMs > endedAt ? 1 : 0),
    log,
  };
}

function emulatorFor(scenario: Scenario, seed: number): Emulator {
  return createEmulator({
    models: { [MODEL]: { type: "embedding", dimensions: 2, maxTokens: 512 } },
    latency: scenario.rtt,
    embed: (texts) => texts.map(() => [1, 0]),
    keepRequests: 10,
    keepBodies: false,
    ...scenario.options(seededRandom(seed)),
  });
}

function embedderFor(fetch: Fetch): Embedder {
  return new Embedder({ model: MODEL, apiKey: "key", fetch, batchSize: 1, maxConcurrency: CEILING });
}

function textsOf(process: number, amount: number): string[] {
  const padding = " word".repeat(TOKENS - 6);
  return Array.from({ length: amount }, (_, index) => `p${process} t${index}${padding}`);
}

/** A query every half second until aborted. */
function ask(embedder: Embedder, latencies: number[]): AbortController {
  const controller = new AbortController();
  const next = (): void => {
    const start = performance.now();
    embedder
      .embedQuery("a query", { signal: controller.signal })
      .then(() => latencies.push(performance.now() - start))
      .catch(() => {});
    timer = setTimeout(next, 500);
  };
  let timer = setTimeout(next, 250);
  controller.signal.addEventListener("abort", () => clearTimeout(timer));
  return controller;
}

async function loneLatency(scenario: Scenario, seed: number): Promise<number> {
  const { elapsedMs } = await underVirtualTime(seed, () =>
    embedderFor(emulatorFor(scenario, seed).fetch).embedQuery("a query"),
  );
  return elapsedMs;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
}
