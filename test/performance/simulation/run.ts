/** Runs one scenario: the real embedder sends requests to the real emulator in virtual time. */

import { createEmulator, seededRandom, type Emulator, type Outage } from "../../../src/emulator/index.js";
import { Embedder, isTogetherError, type Fetch } from "../../../src/index.js";
import { CEILING, TOKENS, type Scenario } from "./scenarios.js";
import { underVirtualTime } from "./virtual-time.js";

/** The result of a scenario. */
export interface Outcome {
  readonly elapsedMs: number;
  /** NaN if more calls failed than the scenario expects. */
  readonly timeOverIdeal: number;
  readonly requests: number;
  readonly rateLimitedShare: number;
  /** Requests that were rejected or lost, over the requests of the job. */
  readonly rejectedShare: number;
  /** The largest number of 429s for one text. */
  readonly mostRateLimits: number;
  /** 95th percentile of the queries' latency over the latency of a lone query; `undefined` without queries. */
  readonly queryOverLone: number | undefined;
  /** Number of failed calls. */
  readonly failed: number;
  /** The error code of the first failed call. */
  readonly failure: string | undefined;
  /** Milliseconds from the end of the outage to the first success; `undefined` without an outage. */
  readonly resumeMs: number | undefined;
  /** Requests that reached the server during the outage; `undefined` without one. */
  readonly outageRequests: number | undefined;
  /** 95th percentile of the response times of successes over {@link Scenario.loneMs}, if the scenario has it. */
  readonly p95OverLone: number | undefined;
  readonly timersLeft: number;
  /** Every request, in the order of the responses. */
  readonly log: readonly LoggedRequest[];
}

interface LoggedRequest {
  /** When it was sent. */
  readonly at: number;
  readonly endedAt: number;
  /** `undefined` if the connection was lost. */
  readonly status: number | undefined;
  readonly rateLimited: boolean;
}

const MODEL = "simulated";

/**
 * Processes do not start in the same millisecond. Without this delay, the order of microtasks in this event loop would
 * decide which requests arrive first. That order changes the time by 40 % and means nothing.
 */
const MAX_START_DELAY_MS = 100;

/** Runs a scenario. @param seed - Equal seeds give equal runs. */
export async function runScenario(scenario: Scenario, seed: number): Promise<Outcome> {
  const rateLimits = new Map<string, number>();
  const log: LoggedRequest[] = [];
  const queries: number[] = [];
  const outage = outageOf(scenario, seed);
  const run = await underVirtualTime(seed, async () => {
    const emulator = emulatorFor(scenario, seed, outage);
    const { later, processes = 1 } = scenario;
    if (later) setTimeout(() => emulator.setLimits(later.limits), later.atMs);
    const jobs = Array.from({ length: processes }, async (_, process) => {
      if (process > 0) await sleep(Math.random() * MAX_START_DELAY_MS);
      const embedder = embedderFor(scenario, watch(emulator.fetch, log, rateLimits));
      const querying = scenario.queries ? sendQueries(embedder, queries) : undefined;
      const results = await Promise.allSettled(callsOf(scenario, embedder, process));
      querying?.abort();
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
    rateLimitedShare: rejected / requests,
    rejectedShare: log.filter(({ status }) => status !== 200).length / scenario.requests,
    mostRateLimits: Math.max(0, ...rateLimits.values()),
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

function watch(fetch: Fetch, log: LoggedRequest[], rateLimits: Map<string, number>): Fetch {
  return async (input, init) => {
    const at = performance.now();
    const record = (status: number | undefined): void => {
      log.push({ at, endedAt: performance.now(), status, rateLimited: status === 429 });
    };
    try {
      const response = await fetch(input, init);
      record(response.status);
      if (response.status === 429) count(rateLimits, init?.body as string);
      return response;
    } catch (error) {
      record(undefined);
      throw error;
    }
  };
}

function emulatorFor(scenario: Scenario, seed: number, outage?: Outage): Emulator {
  return createEmulator({
    models: { [MODEL]: { type: "embedding", dimensions: 2, maxTokens: 512 } },
    latency: scenario.rtt,
    embed: (texts) => texts.map(() => [1, 0]),
    // All requests are kept if those in an outage are counted.
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

/** The times of scenarios that are ideals of other scenarios, by name, requests and seed. */
const baselines = new Map<string, number>();

async function idealOf({ idealMs }: Scenario, seed: number): Promise<number> {
  if (typeof idealMs === "number") return idealMs;
  const key = `${idealMs.name}, ${idealMs.requests}, ${seed}`;
  const ideal = baselines.get(key) ?? (await runScenario(idealMs, seed)).elapsedMs;
  baselines.set(key, ideal);
  return ideal;
}

/** Returns the milliseconds from the end of the outage to the first response to a request that was sent after it. */
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

/** Sends a query every half second until aborted. */
function sendQueries(embedder: Embedder, latencies: number[]): AbortController {
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
