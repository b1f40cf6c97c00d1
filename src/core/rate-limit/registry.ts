/**
 * Finds the rate limiter of a model.
 *
 * The ES module build and the CommonJS build of this package have two copies of this file. They share their limiters
 * through one symbol of `globalThis`. Copies of different versions of the package do not share, because the methods of
 * their limiters differ.
 */

import packageJson from "../../../package.json" with { type: "json" };
import { RateLimiter } from "./rate-limiter.js";

/** Requests with these equal values count against the same limit. */
export interface LimiterKey {
  readonly fetch: object;
  readonly origin: string;
  readonly apiKey: string;
  readonly model: string;
}

/** A function, because a map on `globalThis` would show its API keys to any inspector. */
type Registry = (key: LimiterKey, create: boolean) => RateLimiter | undefined;

const REGISTRIES = Symbol.for("together-retrieval.rate-limiters");

/** Maximum limiters of one `fetch`. Beyond it, idle ones are deleted. */
const MAX_LIMITERS = 256;

/** Returns the limiter of a model, the same for all callers with the same key. */
export function rateLimiterFor(key: LimiterKey): RateLimiter {
  return registry()(key, true) as RateLimiter;
}

/** Returns the limiter of a model if a caller has used it before. */
export function findRateLimiter(key: LimiterKey): RateLimiter | undefined {
  return registry()(key, false);
}

/** Used where `globalThis` accepts no new property (`Object.preventExtensions`, SES). */
const registriesOfThisCopy = new Map<string, Registry>();

function registry(): Registry {
  const shared = globalThis as { [REGISTRIES]?: Map<string, Registry> };
  if (!shared[REGISTRIES]) Reflect.defineProperty(shared, REGISTRIES, { value: registriesOfThisCopy });
  const registries = shared[REGISTRIES] ?? registriesOfThisCopy;
  // Not destructured: bundlers then leave out the other properties of package.json, 5.5 KB.
  const own = registries.get(packageJson.version) ?? createRegistry();
  registries.set(packageJson.version, own);
  return own;
}

function createRegistry(): Registry {
  const byFetch = new WeakMap<object, Map<string, RateLimiter>>();
  return ({ fetch, origin, apiKey, model }, create) => {
    const limiters = byFetch.get(fetch) ?? new Map<string, RateLimiter>();
    const id = JSON.stringify([origin, apiKey, model]);
    const found = limiters.get(id);
    // Tests switch fake timers on and off: a delay of one clock must not apply to another.
    const known = found?.clock.wasReplaced ? undefined : found;
    if (known || !create) return known;
    byFetch.set(fetch, limiters);
    if (limiters.size >= MAX_LIMITERS) deleteIdle(limiters);
    const limiter = new RateLimiter();
    limiters.set(id, limiter);
    return limiter;
  };
}

function deleteIdle(limiters: Map<string, RateLimiter>): void {
  for (const [id, limiter] of limiters) {
    if (limiter.idle) limiters.delete(id);
  }
}
