/** Runs one scenario: the real embedder over the real emulator, under virtual time. */

import { createEmulator, seededRandom, type Emulator, type Outage } from "../../../src/emulator/index.js";
import { Embedder, isTogetherError, type Fetch } from "../../../src/index.js";
import { CEILING, TOKENS, type Scenario } from "./scenarios.js";
import { underVirtualTime } from "./virtual-time.js";

/** What came of a scenario. */
export interface Outcome {
  readonly elapsedMs: number;
  /** NaN if a call failed that should not. */
  readonly timeOverIdeal: number;
  readonly requests: number;
  readonly refusedShare: number;
  /** Requests that were rejected or lost, over the requests of the job. */
  readonly rejectedShare: number;
  /** Refusals of the one text that met most. */
  readonly mostRefusals: number;
  /** 95th percentile of the queries' latency over a query's latency alone; `undefined` without queries. */
  readonly queryOverLone: number | undefined;
  /** Calls that failed. */
  readonly failed: number;
  /** The error code of the first of them. */
  readonly failure: string | undefined;
  /** From the end of the outage to the first success; `undefined` without an outage. */
  readonly resumeMs: number | undefined;
  /** Requests that reached the server during the outage; `undefined` without one. */
  readonly outageRequests: number | undefined;
  /** 95th percentile of the response times of successes over that of a lone request, if the scenario has it. */
  readonly p95OverLone: number | undefined;
  readonly timersLeft: number;
  /** Every request, in the order of the responses. */
  readonly log: readonly LoggedRequest[];
}

interface LoggedRequest {
  /** When it left. */
  readonly at: number;
  readonly endedAt: number;
  /** `undefined` if the connection was lost. */
  readonly status: number | undefined;
  readonly refused: boolean;
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
  const log: LoggedRequest[] = [];
  const queries: number[] = [];
  const outage = outageOf(scenario, seed);
  const run = await underVirtualTime(seed, async () => {
    const emulator = emulatorFor(scenario, seed, outage);
    const { later, processes = 1 } = scenario;
    if (later) setTimeout(() => emulator.setLimits(later.limits), later.atMs);
    const jobs = Array.from({ length: processes }, async (_, process) => {
      if (process > 0) await sleep(Math.random() * MAX_START_DELAY_MS);
      const embedder = embedderFor(scenario, watch(emulator.fetch, log, refusals));
      const asking = scenario.queries ? ask(embedder, queries) : undefined;
      const results = await Promise.allSettled(callsOf(scenario, embedder, process));
      asking?.abort();
      return results;
    });
    const results = (await Promise.all(jobs)).flat();
    const outageRequests = emulator.requests.filter(({ fault }) => fault !== undefined).length;
    return { ...emulator.totals, results, outageRequests, endedAt: performance.now() };
  });
  const { requests, rejected, results, endedAt, outageRequests } = run.result;
  const failures = results.filter((result) => result.status === "rejected");
  const unexpected = failures.length > (scenario.goals.failed ?? 0);
  return {
    elapsedMs: endedAt,
    timeOverIdeal: unexpected ? Number.NaN : endedAt / (await idealOf(scenario, seed)),
    requests,
    refusedShare: rejected / requests,
    rejectedShare: log.filter(({ status }) => status !== 200).length / scenario.requests,
    mostRefusals: Math.max(0, ...refusals.values()),
    queryOverLone: scenario.queries
      ? percentile(queries, 0.95) / (await loneLatency(scenario, seed))
      : undefined,
    failed: failures.length,
    failure: failures[0] && codeOf(failures[0].reason),
    resumeMs: outage && resumption(log, outage),
    outageRequests: outage && outageRequests,
    p95OverLone:
      scenario.loneMs === undefined ? undefined : percentile(responseTimes(log), 0.95) / scenario.loneMs,
    timersLeft: run.timersLeft - (scenario.later && scenario.later.atMs > endedAt ? 1 : 0),
    log,
  };
}

function watch(fetch: Fetch, log: LoggedRequest[], refusals: Map<string, number>): Fetch {
  return async (input, init) => {
    const at = performance.now();
    const note = (status: number | undefined): void => {
      log.push({ at, endedAt: performance.now(), status, refused: status === 429 });
    };
    try {
      const response = await fetch(input, init);
      note(response.status);
      if (response.status === 429) count(refusals, init?.body as string);
      return response;
    } catch (error) {
      note(undefined);
      throw error;
    }
  };
}

function emulatorFor(scenario: Scenario, seed: number, outage?: Outage): Emulator {
  return createEmulator({
    models: { [MODEL]: { type: "embedding", dimensions: 2, maxTokens: 512 } },
    latency: scenario.rtt,
    embed: (texts) => texts.map(() => [1, 0]),
    // All of them where those of an outage are counted.
    keepRequests: outage ? Infinity : 10,
    keepBodies: false,
    ...(outage && { outages: [outage] }),
    ...scenario.options(seededRandom(seed)),
  });
}

function outageOf({ outage }: Scenario, seed: number): Outage | undefined {
  if (!outage) return undefined;
  const from = Math.round(outage.fromMs + outage.spreadMs * seededRandom(seed)());
  return { from, to: from + outage.durationMs, fault: outage.fault };
}

function embedderFor(
  { client = { batchSize: 1, maxConcurrency: CEILING } }: Scenario,
  fetch: Fetch,
): Embedder {
  return new Embedder({ model: MODEL, apiKey: "key", fetch, ...client });
}

function callsOf(scenario: Scenario, embedder: Embedder, process: number): Promise<unknown>[] {
  if (scenario.calls) return scenario.calls(embedder);
  const share = scenario.requests / (scenario.processes ?? 1);
  return [embedder.embed(scenario.texts?.() ?? textsOf(process, share))];
}

function textsOf(process: number, amount: number): string[] {
  const padding = " word".repeat(TOKENS - 6);
  return Array.from({ length: amount }, (_, index) => `p${process} t${index}${padding}`);
}

/** Times of scenarios that are the ideal of others, by name and seed. */
const baselines = new Map<string, number>();

async function idealOf({ idealMs }: Scenario, seed: number): Promise<number> {
  if (typeof idealMs === "number") return idealMs;
  const key = `${idealMs.name}, ${idealMs.requests}, ${seed}`;
  const ideal = baselines.get(key) ?? (await runScenario(idealMs, seed)).elapsedMs;
  baselines.set(key, ideal);
  return ideal;
}

/** Milliseconds from the end of the outage to the first response to a request that arrived after it. */
function resumption(log: readonly LoggedRequest[], { to }: Outage): number {
  const successes = log.filter(({ at, status }) => status === 200 && at >= to);
  return Math.min(...successes.map(({ endedAt }) => endedAt)) - to;
}

function responseTimes(log: readonly LoggedRequest[]): number[] {
  return log.filter(({ status }) => status === 200).map(({ at, endedAt }) => endedAt - at);
}

function codeOf(reason: unknown): string {
  return isTogetherError(reason) ? reason.code : String(reason);
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
    embedderFor(scenario, emulatorFor(scenario, seed).fetch).embedQuery("a query"),
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
