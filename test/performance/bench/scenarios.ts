/** The scenarios in which the clients are measured. */

import type { ServerHint } from "./clients/benchmark-client.js";
import type { Name } from "./roster.js";
import type { ServerSettings } from "./server/gate.js";

/** One comparison of clients. */
export interface Scenario {
  readonly name: string;
  /** One line about the server. */
  readonly about: string;
  readonly form: "list" | "stream" | "rank";
  /** Texts or documents. */
  readonly amount: number;
  readonly server: ServerSettings;
  /** The settings that the baseline gets. */
  readonly hint: ServerHint;
  readonly clients: readonly Name[];
  /** The client that the others are compared with. @defaultValue the baseline */
  readonly base?: Name;
  /** Part of the quick run. */
  readonly quick?: true;
  /** Runs only with `--long` or `--scenario`, because it takes long. */
  readonly long?: true;
}

const allClients: readonly Name[] = [
  "baseline",
  "together-retrieval",
  "together-retrieval-langchain",
  "together-retrieval-ai-sdk",
  "together-retrieval-llamaindex",
  "sdk-p-limit",
  "openai",
  "ai-sdk",
  "sdk",
  "llamaindex-together",
  "community",
];

/** About 40 ms for 128 texts, most of it for the texts. */
const service = { perRequest: 4, perText: 0.28 };

/** A round trip within a continent, in milliseconds. */
const LATENCY = 20;

const list = { form: "list", amount: 10_000, clients: allClients } as const;
const rank = { form: "rank", amount: 1000, server: { latency: LATENCY, workers: 8, service } } as const;

/** The fastest of all combinations of batches of 64 to 512 and 2 to 16 requests at a time. */
const nearby: ServerHint = { batchSize: 128, concurrency: 4 };
const distant: ServerHint = { batchSize: 128, concurrency: 16 };

/** 10,000 texts in 20 requests, so that many limits on requests are not reached. */
const inTwenty: ServerHint = { batchSize: 512, concurrency: 20 };

export const scenarios: readonly Scenario[] = [
  {
    ...list,
    name: "no-limit",
    quick: true,
    about: "no limit and no distance: the client's own speed",
    server: { latency: 0 },
    hint: nearby,
  },
  {
    ...list,
    name: "rtt-5",
    about: "no limit, 5 ms away",
    server: { latency: 5 },
    hint: distant,
  },
  {
    ...list,
    name: "rtt-20",
    about: "no limit, 20 ms away",
    server: { latency: 20 },
    hint: distant,
  },
  {
    ...list,
    name: "rtt-120",
    about: "no limit, 120 ms away",
    server: { latency: 120 },
    hint: inTwenty,
  },
  {
    ...list,
    name: "workers-8",
    quick: true,
    about: "8 workers, 40 ms for 128 texts; the others queue",
    server: { latency: LATENCY, workers: 8, service },
    hint: { batchSize: 125, concurrency: 16 },
  },
  {
    ...list,
    name: "window-20",
    quick: true,
    about: "20 requests in each second, whole-second reset",
    server: {
      latency: LATENCY,
      limits: { requestsPerSecond: 20, algorithm: "fixed-window", reset: "rounded" },
    },
    hint: inTwenty,
  },
  {
    ...list,
    name: "bucket-20",
    about: "20 requests a second and 20 at once, exact reset",
    server: { latency: LATENCY, limits: { requestsPerSecond: 20, burst: 20, reset: "exact" } },
    hint: inTwenty,
  },
  {
    ...list,
    name: "window-200",
    about: "200 requests in each second, whole-second reset",
    server: {
      latency: LATENCY,
      limits: { requestsPerSecond: 200, algorithm: "fixed-window", reset: "rounded" },
    },
    hint: distant,
  },
  {
    ...list,
    name: "bucket-1",
    about: "1 request a second, one at once, whole-second reset; 20,000 texts: ten requests at best",
    amount: 20_000,
    server: { latency: LATENCY, limits: { requestsPerSecond: 1, burst: 1, reset: "rounded" } },
    hint: {
      batchSize: 2048,
      concurrency: 10,
      rate: { of: "requests", perSecond: 1, atOnce: 1 },
    },
  },
  {
    ...list,
    name: "tokens",
    quick: true,
    about: "100,000 tokens a second (2,000 texts) and as many at once, whole-second reset",
    server: { latency: LATENCY, limits: { tokensPerSecond: 100_000, reset: "rounded" } },
    hint: {
      batchSize: 128,
      concurrency: 16,
      rate: { of: "tokens", perSecond: 100_000, atOnce: 100_000 },
    },
  },
  {
    ...list,
    name: "failing",
    about: "one request in twenty is a 503",
    server: { latency: LATENCY, failing: 0.05 },
    hint: distant,
  },
  {
    ...list,
    name: "stream",
    about: "60,000 texts, 5 ms away, as streams if the client has them",
    form: "stream",
    amount: 60_000,
    server: { latency: 5 },
    hint: nearby,
    clients: ["baseline", "together-retrieval", "sdk", "openai", "ai-sdk"],
  },
  {
    name: "stream-long",
    about: "600,000 texts, 5 ms away",
    form: "stream",
    amount: 600_000,
    server: { latency: 5 },
    hint: nearby,
    clients: ["together-retrieval"],
    long: true,
  },
  {
    ...rank,
    name: "rerank",
    quick: true,
    about: "1,000 documents ranked in one request, 8 workers",
    hint: nearby,
    clients: ["sdk-rank", "together-retrieval-rank"],
    base: "sdk-rank",
  },
  {
    ...rank,
    name: "rerank-125",
    quick: true,
    about: "1,000 documents ranked in eight requests, 8 workers",
    hint: nearby,
    clients: ["sdk-rank-8", "together-retrieval-rank-125"],
    base: "sdk-rank-8",
  },
  {
    ...list,
    name: "cache",
    quick: true,
    about: "like workers-8: without a cache, with an empty cache, with a full cache",
    server: { latency: LATENCY, workers: 8, service },
    hint: nearby,
    clients: ["together-retrieval", "together-retrieval-cache-cold", "together-retrieval-cache-warm"],
    base: "together-retrieval",
  },
];
