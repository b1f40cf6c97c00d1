/**
 * Finds the rate limiter of a model.
 *
 * The ES module build and the CommonJS build of this package are two copies of this file, and must share their
 * limiters: both look under one symbol of `globalThis`. Copies of different versions of the package do not share,
 * because the methods of their limiters differ.
 */

import packageJson from "../../../package.json" with { type: "json" };
import { RateLimiter } from "./rate-limiter.js";

/** What makes two requests count against the same limit. */
export interface LimiterKey {
  readonly fetch: object;
  readonly origin: string;
  readonly apiKey: string;
  readonly model: string;
}

/** Functions, because a map that hangs on `globalThis` would show the API keys in it to any inspector. */
interface Registry {
  readonly find: (key: LimiterKey) => RateLimiter | undefined;
  readonly findOrCreate: (key: LimiterKey) => RateLimiter;
}

const REGISTRIES = Symbol.for("together-retrieval.rate-limiters");

/** Limiters of one `fetch`, beyond which idle ones are deleted. */
const MAX_LIMITERS = 256;

/** The limiter of a model, the same for all callers with the same key. */
export function rateLimiterFor(key: LimiterKey): RateLimiter {
  return registry().findOrCreate(key);
}

/** The limiter of a model if a caller has used it before. */
export function findRateLimiter(key: LimiterKey): RateLimiter | undefined {
  return registry().find(key);
}

function registry(): Registry {
  const shared = globalThis as { [REGISTRIES]?: Map<string, Registry> };
  if (!shared[REGISTRIES]) Object.defineProperty(shared, REGISTRIES, { value: new Map() });
  const registries = shared[REGISTRIES] as Map<string, Registry>;
  // Not destructured: bundlers then leave out the other properties of package.json, 5.5 KB.
  const own = registries.get(packageJson.version) ?? createRegistry();
  registries.set(packageJson.version, own);
  return own;
}

function createRegistry(): Registry {
  const byFetch = new WeakMap<object, Map<string, RateLimiter>>();
  return {
    find: (key) => byFetch.get(key.fetch)?.get(idOf(key)),
    findOrCreate: (key) => {
      const limiters = byFetch.get(key.fetch) ?? new Map<string, RateLimiter>();
      byFetch.set(key.fetch, limiters);
      const limiter = limiters.get(idOf(key)) ?? new RateLimiter();
      if (!limiters.has(idOf(key)) && limiters.size >= MAX_LIMITERS) deleteIdle(limiters);
      limiters.set(idOf(key), limiter);
      return limiter;
    },
  };
}

function idOf({ origin, apiKey, model }: LimiterKey): string {
  return JSON.stringify([origin, apiKey, model]);
}

function deleteIdle(limiters: Map<string, RateLimiter>): void {
  for (const [id, limiter] of limiters) {
    if (limiter.idle) limiters.delete(id);
  }
}
