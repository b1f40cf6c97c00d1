/** The limits against which the rate limiter is tested. Rates per second, times in milliseconds. */

import { type EmulatorOptions, type Fault, type RateLimitOptions } from "../../../src/emulator/index.js";
import type { Embedder, EmbedderOptions } from "../../../src/index.js";

/** One situation, and the time of a client that knows it in advance. */
export interface Scenario {
  readonly name: string;
  readonly options: (random: () => number) => EmulatorOptions;
  /** Round trip in milliseconds. */
  readonly rtt: number;
  /** Requests of the job, in all its processes. */
  readonly requests: number;
  readonly processes?: number;
  /** The new limit, and the time of the change. */
  readonly later?: { readonly atMs: number; readonly limits: RateLimitOptions };
  /** Whether a query is sent every half second during the job. */
  readonly queries?: boolean;
  /** Shortest possible time of the job in milliseconds, or the scenario whose time with the same seed is the ideal. */
  readonly idealMs: number | Scenario;
  readonly goals: Goals;
  /** Options of the embedder. @defaultValue one text per request, and `maxConcurrency` of {@link CEILING} */
  readonly client?: Partial<EmbedderOptions>;
  /** The texts of the job. @defaultValue one of {@link TOKENS} tokens per request */
  readonly texts?: () => string[];
  /** The calls of each process. @defaultValue one call that embeds the texts */
  readonly calls?: (embedder: Embedder) => Promise<unknown>[];
  readonly outage?: ScenarioOutage;
  /** Milliseconds of one request without a queue. Response times are compared with it. */
  readonly loneMs?: number;
  /** Multiplies the number of seeds. @defaultValue 1 */
  readonly seedFactor?: number;
}

/** An outage whose start depends on the seed. */
export interface ScenarioOutage {
  readonly fromMs: number;
  /** The outage begins up to this much later. */
  readonly spreadMs: number;
  readonly durationMs: number;
  readonly fault: Fault;
}

/** The largest allowed values; `undefined` if the rate limiter is not the cause of a value. */
export interface Goals {
  readonly timeOverIdeal?: number;
  readonly rateLimitedShare?: number;
  readonly mostRateLimits?: number;
  readonly queryOverLone?: number;
  /** Number of failed calls. @defaultValue 0 */
  readonly failed?: number;
  /** Requests that are rejected or lost, over the requests of the job. */
  readonly rejectedShare?: number;
  /** Milliseconds from the end of an outage to the first success. */
  readonly resumeMs?: number;
  /** Requests that reach the server during an outage. */
  readonly outageRequests?: number;
  /** 95th percentile of the response times over {@link Scenario.loneMs}. */
  readonly p95OverLone?: number;
}

/** The default `maxConcurrency`. */
export const CEILING = 16;

/** Tokens of each text, as the emulator counts them. */
export const TOKENS = 20;

type Reset = "rounded" | "exact" | "none";

/** The old names of the option's values. The results keep them, so that rows stay comparable. */
const RESET_NAMES: Readonly<Record<Reset, string>> = { rounded: "whole", exact: "fractional", none: "none" };

interface Limit {
  readonly name: string;
  readonly limits: RateLimitOptions;
  /** The earliest second at which the server accepts request n. */
  readonly earliestSeconds: (n: number) => number;
}

function window(rate: number, reset: Reset, windowSeconds = 1): Limit {
  const perWindow = rate * windowSeconds;
  return {
    name: `window ${perWindow} per ${windowSeconds} s, reset ${RESET_NAMES[reset]}`,
    limits: { requestsPerSecond: rate, algorithm: "fixed-window", windowSeconds, reset },
    earliestSeconds: (n) => Math.floor((n - 1) / perWindow) * windowSeconds,
  };
}

function bucket(rate: number, burst: number, reset: Reset): Limit {
  return {
    name: `bucket ${rate}/s, burst ${burst}, reset ${RESET_NAMES[reset]}`,
    limits: { requestsPerSecond: rate, algorithm: "token-bucket", burst, reset },
    earliestSeconds: (n) => Math.max(0, (n - burst) / rate),
  };
}

function goalsFor(requests: number, processes = 1): Goals {
  const rateLimitedShare = processes > 1 ? 0.05 : requests >= 1600 ? 0.02 : 0.06;
  return { rateLimitedShare, mostRateLimits: 5, ...(requests >= 1600 && { timeOverIdeal: 1.2 }) };
}

/** Returns the shortest time with {@link CEILING} requests in flight. */
function atCeiling(requests: number, rtt: number, service = 0): number {
  return Math.ceil(requests / CEILING) * (rtt + service);
}

function limited(limit: Limit, requests: number, rtt: number, processes = 1): Scenario {
  return {
    name: limit.name,
    options: () => ({ limits: limit.limits }),
    rtt,
    requests,
    processes,
    idealMs: Math.max(limit.earliestSeconds(requests) * 1000 + rtt, atCeiling(requests, rtt) / processes),
    goals: goalsFor(requests, processes),
  };
}

/** Creates a bucket whose rate changes when half of the job should be done. */
function changing(name: string, from: number, to: number, requests: number, rtt: number): Scenario {
  const half = requests / 2;
  const atMs = (half / from) * 1000;
  return {
    name,
    options: () => ({
      limits: { requestsPerSecond: from, algorithm: "token-bucket", burst: from, reset: "rounded" },
    }),
    rtt,
    requests,
    later: {
      atMs,
      limits: { requestsPerSecond: to, algorithm: "token-bucket", burst: to, reset: "rounded" },
    },
    idealMs: atMs + ((requests - half - from) / to) * 1000 + rtt,
    goals: goalsFor(requests),
  };
}

function working(workers: number, service: number, spread: boolean, requests: number, rtt: number): Scenario {
  const busy = Math.min(workers, CEILING);
  return {
    name: `${workers} workers, ${service} ms${spread ? ", log-normal" : ""}`,
    options: (random) => ({
      workers,
      serviceTime: spread ? () => logNormal(service, random) : service,
    }),
    rtt,
    requests,
    idealMs: Math.max((requests * service) / busy, atCeiling(requests, rtt, service)),
    goals: { timeOverIdeal: requests >= 1600 ? 1.2 : 1.6, rateLimitedShare: 0 },
  };
}

/** Draws a time with this mean. One in a hundred is five times as long as the median. */
function logNormal(mean: number, random: () => number): number {
  const sigma = 0.7;
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return mean * Math.exp(sigma * normal - (sigma * sigma) / 2);
}

function failing(
  name: string,
  faulty: (random: () => number) => () => boolean,
  requests: number,
  rtt: number,
): Scenario {
  return {
    name,
    options: (random) => {
      const fails = faulty(random);
      return { faults: () => (fails() ? { status: 503 } : undefined) };
    },
    rtt,
    requests,
    idealMs: atCeiling(requests / 0.95, rtt),
    goals: { rateLimitedShare: 0 },
  };
}

/** Determines whether a request fails: for 0.3 s, once in six seconds. */
function bursts(): () => boolean {
  return () => performance.now() % 6000 > 3000 && performance.now() % 6000 < 3300;
}

/** Returns all scenarios for a number of requests and a round trip. */
export function scenarios(requests: number, rtt: number): Scenario[] {
  return [
    {
      name: "no limit",
      options: () => ({}),
      rtt,
      requests,
      idealMs: atCeiling(requests, rtt),
      goals: { rateLimitedShare: 0 },
    },
    working(8, 50, false, requests, rtt),
    working(8, 50, true, requests, rtt),
    working(32, 50, false, requests, rtt),
    working(32, 50, true, requests, rtt),
    ...[20, 200].flatMap((rate) => [
      limited(window(rate, "rounded"), requests, rtt),
      limited(window(rate, "exact"), requests, rtt),
      limited(window(rate, "none"), requests, rtt),
      limited(bucket(rate, rate, "rounded"), requests, rtt),
      limited(bucket(rate, rate, "exact"), requests, rtt),
      limited(bucket(rate, rate, "none"), requests, rtt),
    ]),
    limited(window(1, "rounded"), requests, rtt),
    limited(bucket(1, 1, "rounded"), requests, rtt),
    limited(bucket(1, 1, "none"), requests, rtt),
    limited(window(1, "rounded", 60), requests, rtt),
    {
      name: `tokens: bucket of ${20 * TOKENS} a second`,
      options: () => ({
        limits: { tokensPerSecond: 20 * TOKENS, algorithm: "token-bucket", reset: "rounded" },
      }),
      rtt,
      requests,
      idealMs: Math.max(((requests - 20) / 20) * 1000 + rtt, atCeiling(requests, rtt)),
      goals: goalsFor(requests),
    },
    changing("drops to a fifth: 50/s, then 10", 50, 10, requests, rtt),
    changing("rises five times: 10/s, then 50", 10, 50, requests, rtt),
    {
      name: "grows with success, from 1/s",
      options: () => ({
        limits: { requestsPerSecond: 1, algorithm: "token-bucket", burst: 1, growth: { windowSeconds: 60 } },
      }),
      rtt,
      requests,
      idealMs: Number.NaN,
      goals: { mostRateLimits: 5 },
    },
    failing("5 % 503s", (random) => () => random() < 0.05, requests, rtt),
    failing("503s for 0.3 s in every 6", bursts, requests, rtt),
    limited(window(20, "rounded"), requests, rtt, 4),
    limited(bucket(20, 20, "exact"), requests, rtt, 4),
    limited(bucket(20, 20, "none"), requests, rtt, 4),
    limited(bucket(1, 1, "rounded"), requests, rtt, 4),
    {
      ...working(8, 50, false, requests, rtt),
      name: "a query each 0.5 s beside 8 workers",
      queries: true,
      goals: { queryOverLone: 2 },
    },
    {
      ...limited(bucket(20, 20, "rounded"), requests, rtt),
      name: "a query each 0.5 s beside a bucket of 20/s",
      queries: true,
    },
  ];
}
