/** The plan of a random job: a server, and callers that share its limit. */

import type { RateLimitOptions } from "../../../../src/emulator/index.js";
import { Chance } from "./chance.js";
import { drawTexts } from "./texts.js";

/** The server has no faults, has transient faults, or also sends invalid responses. */
export type Behavior = "healthy" | "unreliable" | "hostile";

export interface ServerPlan {
  readonly behavior: Behavior;
  /** Percentage of requests with a fault. */
  readonly faultShare: number;
  readonly dimensions: number;
  /** Whether callers set `dimensions`. Without it, the client cannot detect that a single vector is too short. */
  readonly dimensionsAreKnown: boolean;
  /** Shortest and longest, in milliseconds. */
  readonly latency: readonly [number, number];
  readonly limits: RateLimitOptions | undefined;
  readonly maxBatchTexts: number | undefined;
  readonly maxBatchTokens: number | undefined;
  readonly tooLargeStatus: 400 | 403 | 413 | 422;
  readonly base64: "serve" | "ignore" | "reject";
}

/** Options of an embedder and a reranker. */
export interface ObjectPlan {
  readonly batchSize: number | undefined;
  readonly maxConcurrency: number | undefined;
  readonly maxRetries: number | undefined;
  readonly timeout: number;
  readonly normalize: boolean;
  readonly documentPrefix: string;
  readonly queryPrefix: string;
  readonly encodingFormat: "base64" | "float" | undefined;
  readonly dimensions: number | undefined;
  readonly cache: CacheKind | undefined;
  readonly fallback: "none" | "original-order";
}

export type CacheKind = "correct" | "slow" | "failing" | "throwing" | "hanging" | "corrupt";

type CallKind = "embed" | "embedStream" | "embedQuery" | "rank";

type SourceKind = "array" | "generator" | "slow" | "failing" | "hanging" | "failingClose";

/** When a caller aborts. */
type GiveUp =
  | { readonly how: "before" }
  | { readonly how: "after"; readonly ms: number }
  /** Inside the callback of the event, the progress or the request with this number. */
  | { readonly how: "event" | "progress" | "request"; readonly number: number };

export interface CallPlan {
  readonly kind: CallKind;
  /** Index of the object. */
  readonly object: number;
  readonly startsAt: number;
  readonly texts: readonly string[];
  readonly query: string;
  readonly topN: number | undefined;
  readonly minScore: number | undefined;
  readonly giveUp: GiveUp | undefined;
  readonly reason: unknown;
  readonly source: SourceKind;
  /** Leaves a stream after this many vectors. */
  readonly leavesAfter: number | undefined;
  /** Its `onProgress` throws at this call. */
  readonly throwsAt: number | undefined;
}

export interface Plan {
  readonly seed: number;
  readonly server: ServerPlan;
  readonly objects: readonly ObjectPlan[];
  readonly calls: readonly CallPlan[];
}

export function drawPlan(seed: number): Plan {
  const chance = new Chance(seed);
  const server = drawServer(chance);
  const objects = chance.times(chance.whole(1, 2), () => drawObject(chance, server));
  const amount = chance.holds(0.6) ? 1 : chance.whole(2, 4);
  return { seed, server, objects, calls: chance.times(amount, () => drawCall(chance, objects.length)) };
}

function drawServer(chance: Chance): ServerPlan {
  const behavior = chance.kind({ healthy: 4, unreliable: 3, hostile: 3 });
  const slowest = chance.pick([0, 5, 50, 500, 20_000]);
  return {
    behavior,
    faultShare: behavior === "healthy" ? 0 : chance.pick([2, 10, 30, 100]),
    dimensions: chance.whole(1, 8),
    dimensionsAreKnown: chance.holds(0.5),
    latency: [Math.min(slowest, chance.pick([0, 1, 20])), slowest],
    limits: chance.maybe(0.35, () => drawLimits(chance)),
    maxBatchTexts: chance.maybe(0.15, () => chance.spread(1, 300)),
    maxBatchTokens: chance.maybe(0.1, () => chance.spread(10, 20_000)),
    tooLargeStatus: chance.pick([400, 403, 413, 422]),
    base64: chance.kind({ serve: 6, ignore: 2, reject: 2 }),
  };
}

function drawLimits(chance: Chance): RateLimitOptions {
  const byTokens = chance.holds(0.25);
  return {
    ...(byTokens
      ? { tokensPerSecond: chance.spread(50, 20_000) }
      : { requestsPerSecond: chance.spread(1, 100) }),
    algorithm: chance.pick(["token-bucket", "fixed-window"]),
    windowSeconds: chance.pick([1, 1, 1, 5]),
    reset: chance.pick(["rounded", "exact", "none"]),
    header: chance.pick(["x-ratelimit-reset", "retry-after", "retry-after-ms"]),
  };
}

function drawObject(chance: Chance, server: ServerPlan): ObjectPlan {
  return {
    batchSize: chance.maybe(0.5, () => chance.spread(1, 600)),
    maxConcurrency: chance.maybe(0.5, () => chance.spread(1, 64)),
    maxRetries: chance.maybe(0.4, () => chance.whole(0, 6)),
    timeout: Math.max(server.latency[1] + 10, chance.pick([50, 1000, 30_000])),
    normalize: chance.holds(0.2),
    documentPrefix: chance.holds(0.2) ? "passage: " : "",
    queryPrefix: chance.holds(0.3) ? "query: " : "",
    encodingFormat: chance.maybe(0.3, () => chance.pick(["base64", "float"] as const)),
    dimensions: server.dimensionsAreKnown ? server.dimensions : undefined,
    cache: chance.maybe(0.25, () =>
      chance.kind({ correct: 3, slow: 2, failing: 2, throwing: 1, hanging: 1, corrupt: 3 }),
    ),
    fallback: chance.holds(0.3) ? "original-order" : "none",
  };
}

function drawCall(chance: Chance, objects: number): CallPlan {
  const kind = chance.kind({ embed: 4, embedStream: 4, embedQuery: 1, rank: 3 });
  const texts = drawTexts(chance);
  const giveUp = chance.maybe(0.3, () => drawGiveUp(chance));
  const source = chance.kind({ array: 3, generator: 3, slow: 2, failing: 1, hanging: 1, failingClose: 2 });
  return {
    kind,
    object: chance.whole(0, objects - 1),
    startsAt: chance.holds(0.7) ? 0 : chance.spread(1, 5000),
    texts,
    query: `what of ${chance.whole(1, 5)}?`,
    topN: chance.maybe(0.4, () => chance.spread(1, 50)),
    minScore: chance.maybe(0.2, () => chance.whole(-4, 4)),
    giveUp:
      source === "hanging" && kind === "embedStream"
        ? { how: "after", ms: chance.spread(1, 60_000) }
        : giveUp,
    reason: drawReason(chance),
    source,
    leavesAfter: chance.maybe(0.1, () => chance.spread(1, texts.length + 1)),
    throwsAt: chance.maybe(0.04, () => chance.whole(1, 5)),
  };
}

function drawGiveUp(chance: Chance): GiveUp {
  const how = chance.kind({ before: 1, after: 6, event: 3, progress: 2, request: 2 });
  if (how === "before") return { how };
  if (how === "after") return { how, ms: chance.spread(1, 100_000) - 1 };
  return { how, number: chance.spread(1, 30) };
}

/** Draws an abort reason. Any value may be one, and the call must reject with it. */
function drawReason(chance: Chance): unknown {
  return chance.pick([undefined, new Error("enough"), "enough", 0, null, { enough: true }]);
}
