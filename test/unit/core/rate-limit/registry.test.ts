import { randomUUID } from "node:crypto";
import { inspect } from "node:util";
import { afterEach, describe, expect, it, vi } from "vitest";
import { findRateLimiter, rateLimiterFor } from "../../../../src/core/rate-limit/registry.js";

const key = { fetch: () => {}, origin: "https://example.com", apiKey: "k", model: "m" };

/** Imports a copy of the package into a process in which no other copy has run. */
async function firstCopy(symbol: symbol) {
  const original = Symbol.for.bind(Symbol);
  vi.spyOn(Symbol, "for").mockImplementation((name) =>
    name === "together-retrieval.rate-limiters" ? symbol : original(name),
  );
  vi.resetModules();
  return import("../../../../src/core/rate-limit/registry.js");
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe("rateLimiterFor()", () => {
  it("returns one limiter for equal fetch, origin, key and model", () => {
    const limiter = rateLimiterFor(key);
    expect(rateLimiterFor({ ...key })).toBe(limiter);
    for (const other of [
      { fetch: () => {} },
      { origin: "https://example.org" },
      { apiKey: "another" },
      { model: "another" },
    ]) {
      expect(rateLimiterFor({ ...key, ...other })).not.toBe(limiter);
    }
  });

  it("returns the same limiter in another copy of this version, such as the other build", async () => {
    vi.resetModules();
    const copy = await import("../../../../src/core/rate-limit/registry.js");
    expect(copy.rateLimiterFor).not.toBe(rateLimiterFor);
    expect(copy.rateLimiterFor(key)).toBe(rateLimiterFor(key));
  });

  it("creates the limiters that later copies of this version share", async () => {
    const symbol = Symbol("limiters");
    const [first, second] = [await firstCopy(symbol), await firstCopy(symbol)];
    expect(second.rateLimiterFor).not.toBe(first.rateLimiterFor);
    expect(second.rateLimiterFor(key)).toBe(first.rateLimiterFor(key));
  });

  it("adds its limiters to those of an earlier copy, also if their property can be redefined", async () => {
    const symbol = Symbol("limiters");
    const earlier = new Map([["0.0.1", "its limiters"]]);
    Object.defineProperty(globalThis, symbol, { value: earlier, configurable: true });
    (await firstCopy(symbol)).rateLimiterFor(key);
    expect((globalThis as Record<symbol, unknown>)[symbol]).toBe(earlier);
    expect([...earlier.keys()]).toHaveLength(2);
  });

  it("returns another limiter in a copy of another version", async () => {
    vi.resetModules();
    // The registry outlives a run in the same process, so each run needs its own version.
    const version = randomUUID();
    vi.doMock("../../../../package.json", () => ({ default: { version } }));
    const copy = await import("../../../../src/core/rate-limit/registry.js");
    vi.doUnmock("../../../../package.json");
    const other = copy.rateLimiterFor(key);
    expect(other).not.toBe(rateLimiterFor(key));
    expect(copy.rateLimiterFor(key)).toBe(other);
    expect(copy.findRateLimiter(key)).toBe(other);
  });

  it("keeps idle limiters while there are few", () => {
    const fetch = {};
    const idle = rateLimiterFor({ ...key, fetch, model: "idle" });
    for (let model = 0; model < 20; model++) rateLimiterFor({ ...key, fetch, model: String(model) });
    expect(rateLimiterFor({ ...key, fetch, model: "idle" })).toBe(idle);
  });

  it("keeps 256 idle limiters of one fetch, and deletes them for one more", () => {
    const fetch = {};
    const idle = rateLimiterFor({ ...key, fetch, model: "0" });
    for (let model = 1; model < 256; model++) rateLimiterFor({ ...key, fetch, model: String(model) });
    expect(findRateLimiter({ ...key, fetch, model: "0" })).toBe(idle);
    rateLimiterFor({ ...key, fetch, model: "256" });
    expect(findRateLimiter({ ...key, fetch, model: "0" })).toBeUndefined();
  });

  it("deletes idle limiters when there are many, and never one in use", async () => {
    const fetch = {};
    const used = rateLimiterFor({ ...key, fetch, model: "in use" });
    const { signal } = new AbortController();
    const permit = await used.acquire({
      priority: "normal",
      isRetry: false,
      maxConcurrency: 1,
      waitsUntil: () => Number.POSITIVE_INFINITY,
      signal,
    });
    const idle = rateLimiterFor({ ...key, fetch, model: "idle" });
    for (let model = 0; model < 1000; model++) rateLimiterFor({ ...key, fetch, model: String(model) });
    expect(rateLimiterFor({ ...key, fetch, model: "idle" })).not.toBe(idle);
    expect(rateLimiterFor({ ...key, fetch, model: "in use" })).toBe(used);
    permit.cancel();
  });

  it("shows no key to code that inspects the global object", () => {
    rateLimiterFor({ ...key, apiKey: "tgp_v1_hidden" });
    const shared = Object.getOwnPropertySymbols(globalThis).filter((symbol) =>
      String(symbol.description).startsWith("together-retrieval"),
    );
    expect(shared.length).toBe(1);
    const values = shared.map((symbol) => (globalThis as Record<symbol, unknown>)[symbol]);
    expect(inspect(values, { depth: Infinity, showHidden: true })).not.toContain("hidden");
  });
});

describe("findRateLimiter()", () => {
  it("creates no limiter", () => {
    const fetch = {};
    expect(findRateLimiter({ ...key, fetch })).toBeUndefined();
    expect(findRateLimiter({ ...key, fetch })).toBeUndefined();
    const limiter = rateLimiterFor({ ...key, fetch });
    expect(findRateLimiter({ ...key, fetch })).toBe(limiter);
  });
});
