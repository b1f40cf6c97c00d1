import { array, assert, boolean, constantFrom, integer, nat, property, record } from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ConcurrencyWindow,
  INITIAL_CONCURRENCY,
} from "../../../../src/core/rate-limit/concurrency-window.js";
import { load, mean, type Second } from "../../../support/loaded-server.js";

/** Returns a window whose server has accepted at most `level` concurrent requests. */
function full(level = 8): ConcurrencyWindow {
  const window = new ConcurrencyWindow(0);
  load({ workers: level, serviceMs: 200, maxQueue: 0, untilMs: 5000 }, window);
  return window;
}

/** Fails requests in a row, while so many others are in flight. */
function fail(window: ConcurrencyWindow, failures: number, others: number): void {
  for (let failure = 0; failure < failures; failure++) window.failed(others, failure, true);
}

/** Responds to requests after 100 ms each. */
function succeed(window: ConcurrencyWindow, successes: number, isMeasured = false): void {
  for (let at = 1000; at < 1000 + successes; at++) {
    const response = { sentAt: at, inFlight: window.size, maxConcurrency: 128 };
    window.succeeded(at + 100, response, true, isMeasured);
  }
}

/** Returns the successes per second. */
function throughput(seconds: readonly Second[]): number {
  return mean(seconds, ({ served }) => served);
}

/** Returns the 95th percentile of the response times, in milliseconds. */
function p95(seconds: readonly Second[]): number {
  const all = seconds.flatMap(({ responseMs }) => responseMs).toSorted((one, other) => one - other);
  return all[Math.floor(0.95 * all.length)] as number;
}

function sizes(seconds: readonly Second[]): number[] {
  return seconds.map(({ size }) => size);
}

describe("ConcurrencyWindow at the start", () => {
  it.each([
    [4, 0],
    [8, 100],
    [16, 200],
  ])("opens to %i requests in %i ms, without a response", (inFlight, ms) => {
    expect(new ConcurrencyWindow(0).opensAt(inFlight)).toBe(ms);
    expect(new ConcurrencyWindow(0).hasCapacity(inFlight - 1, 128, false)).toBe(true);
  });

  it("opens beyond 16 requests only after responses", () => {
    expect(new ConcurrencyWindow(0).size).toBe(16);
    expect(new ConcurrencyWindow(0).hasCapacity(16, 128, false)).toBe(false);
  });

  it("opens from the time of its creation, and again at the end of an outage", () => {
    const window = new ConcurrencyWindow(5000);
    expect(window.opensAt(8)).toBe(5100);
    window.restore(9000);
    expect(window.opensAt(8)).toBe(9100);
  });
});

describe("ConcurrencyWindow of a server that rejects nothing", () => {
  it.each([128, 1000])("doubles while throughput does: up to maxConcurrency at %i workers", (workers) => {
    const seconds = load({ workers, serviceMs: 200, untilMs: 10_000 });
    expect(sizes(seconds.slice(2)).every((size) => size === 128)).toBe(true);
    expect(throughput(seconds.slice(2))).toBeGreaterThan(600);
  });

  it.each([2, 8, 32, 64])("finds a level that keeps %i workers busy, without a long queue", (workers) => {
    const seconds = load({ workers, serviceMs: 200 }).slice(8);
    expect(throughput(seconds)).toBeGreaterThan((0.8 * workers) / 0.2);
    expect(p95(seconds)).toBeLessThanOrEqual(2.5 * 200);
  });

  it.each([2, 8, 64])("shrinks again after doubling without more throughput: %i workers", (workers) => {
    const seconds = load({ workers, serviceMs: 200 });
    const most = Math.max(INITIAL_CONCURRENCY, ...sizes(seconds));
    expect(most).toBeGreaterThan(workers);
    expect(seconds.at(-1)?.size).toBeLessThan(most);
    expect(seconds.at(-1)?.size).toBeLessThanOrEqual(2 * workers);
  });

  it("is halved when responses take more than twice as long, and restored if throughput falls", () => {
    const slower = { workers: 1000, serviceMs: (now: number) => (now < 5000 ? 100 : 400), untilMs: 20_000 };
    const seconds = load(slower);
    expect(seconds[4]?.size).toBe(128);
    expect(Math.min(...sizes(seconds.slice(5, 8)))).toBeLessThanOrEqual(64);
    expect(sizes(seconds.slice(8)).every((size) => size === 128)).toBe(true);
    expect(throughput(seconds.slice(8))).toBeGreaterThan(0.95 * (128 / 0.4));
  });

  it("keeps all workers busy when they become five times slower", () => {
    const seconds = load({ workers: 64, serviceMs: (now) => (now < 5000 ? 200 : 1000), untilMs: 60_000 });
    expect(throughput(seconds.slice(20))).toBeGreaterThan(0.8 * 64);
  });

  it.each([100, 400])("keeps its size while one request at a time is in flight: %i ms after 100 ms", (ms) => {
    const window = new ConcurrencyWindow(0);
    const last = { inFlight: 1, maxConcurrency: 128 };
    for (let at = 0; at < 2000; at += 100) window.succeeded(at + 100, { ...last, sentAt: at }, true, true);
    for (let at = 2000; at < 200_000; at += ms)
      window.succeeded(at + ms, { ...last, sentAt: at }, true, true);
    expect(window.size).toBe(16);
  });

  it("does not delay queries because of measurements of documents", () => {
    const window = new ConcurrencyWindow(0);
    load({ workers: 2, serviceMs: 200, untilMs: 10_000 }, window);
    expect(window.size).toBeLessThan(16);
    expect(window.hasCapacity(window.size, 128, false)).toBe(false);
    expect(window.hasCapacity(100, 128, true)).toBe(true);
    expect(window.hasCapacity(128, 128, true)).toBe(false);
  });
});

describe("ConcurrencyWindow of a full server", () => {
  it.each([
    [4, 0],
    [8, 0],
    [16, 0],
    [40, 0],
    [4, 8],
    [16, 8],
    [40, 8],
  ])("finds what %i workers and a queue of %i accept, and keeps that size", (workers, maxQueue) => {
    const level = workers + maxQueue;
    const seconds = load({ workers, maxQueue, serviceMs: 200 });
    const later = seconds.slice(5);
    expect(Math.min(...sizes(later))).toBeGreaterThanOrEqual(Math.floor(0.8 * level));
    expect(Math.max(...later.map(({ inFlight }) => inFlight))).toBeLessThanOrEqual(level + 1);
    expect(throughput(later)).toBeGreaterThan((0.95 * workers) / 0.2);
    const rejected = later.reduce((sum, second) => sum + second.rejected, 0);
    expect(rejected / later.length).toBeLessThan(0.2 * throughput(later));
  });

  it("delays queries too", () => {
    expect(full(8).hasCapacity(8, 128, true)).toBe(false);
  });

  it("grows by a tenth of a request with each success", () => {
    const window = full(8);
    const before = window.size;
    for (let success = 0; success < 60; success++) {
      window.succeeded(
        6000 + success,
        { sentAt: 5900 + success, inFlight: before, maxConcurrency: 128 },
        true,
        false,
      );
    }
    expect(window.size - before).toBeGreaterThanOrEqual(5);
    expect(window.size - before).toBeLessThanOrEqual(8);
  });

  it("decreases to one request at a time, and to no less", () => {
    const window = full(8);
    for (const sentAt of [10_000, 20_000, 30_000]) {
      for (let failure = 0; failure < 20; failure++) window.failed(0, failure, true);
      window.succeeded(sentAt + 200, { sentAt, inFlight: 1, maxConcurrency: 128 }, true, false);
    }
    expect(window.size).toBe(1);
    expect(window.hasCapacity(0, 128, false)).toBe(true);
    expect(window.hasCapacity(1, 128, false)).toBe(false);
  });
});

const isOut = (now: number): boolean => now >= 10_000 && now < 12_000;

describe("ConcurrencyWindow of a server whose requests fail", () => {
  it.each([
    ["at once", 5],
    ["as slowly as the others succeed", 200],
  ])("keeps most of 16 requests in flight if 5 %% fail by chance: %s", (_, failMs) => {
    const random = { workers: 1000, serviceMs: 200, failureShare: 0.05, failMs, untilMs: 60_000 };
    expect(throughput(load({ ...random, maxConcurrency: 16 }))).toBeGreaterThan(0.6 * (16 / 0.2));
  });

  it.each([
    [4, 10, 16],
    [5, 10, 10],
    // As many failures in a row as these: the requests in flight will probably fail too.
    [5, 8, 4],
    [6, 10, 5],
    [6, 1, 1],
  ])("has after %i failures in a row, with %i others in flight, a size of %i", (failures, others, size) => {
    const window = new ConcurrencyWindow(0);
    fail(window, failures, others);
    expect(window.size).toBe(size);
  });

  it("keeps its size if few requests were in flight when they failed", () => {
    const window = new ConcurrencyWindow(0);
    for (let failure = 0; failure < 20; failure++) window.failed(10, failure, false);
    expect(window.size).toBe(16);
  });

  it("keeps its size if many requests succeed between the failures", () => {
    const window = new ConcurrencyWindow(0);
    fail(window, 4, 10);
    succeed(window, 10);
    fail(window, 1, 10);
    expect(window.size).toBe(16);
  });

  it("delays queries too while it suspects that the server is full", () => {
    const window = new ConcurrencyWindow(0);
    fail(window, 5, 10);
    expect(window.hasCapacity(10, 128, true)).toBe(false);
  });

  it("still suspects it after the success of a request that was sent before the failures", () => {
    const window = new ConcurrencyWindow(0);
    fail(window, 5, 10);
    window.succeeded(300, { sentAt: 0, inFlight: 16, maxConcurrency: 128 }, false, true);
    fail(window, 1, 4);
    expect(window.size).toBe(4);
    succeed(window, 1);
    expect(window.size).toBe(4);
  });

  it("keeps the accepted size, grows quickly to below the rejected one, and slowly beyond", () => {
    const window = new ConcurrencyWindow(0);
    fail(window, 5, 10);
    const after = [1, 1, 1, 1, 1, 6].map((successes) => {
      succeed(window, successes);
      return window.size;
    });
    expect(after).toEqual([10, 11, 12, 13, 13, 14]);
  });

  it("is not that of a full server if no fewer requests were accepted than before", () => {
    const window = new ConcurrencyWindow(0);
    fail(window, 5, 16);
    succeed(window, 1);
    expect(window.size).toBe(16);
    expect(window.hasCapacity(100, 128, true)).toBe(true);
  });

  it("does not learn from responses whose times are not comparable", () => {
    const window = new ConcurrencyWindow(0);
    succeed(window, 300, false);
    expect(window.size).toBe(16);
    succeed(window, 300, true);
    expect(window.size).toBeGreaterThan(16);
  });

  it.each([
    [64, Number.POSITIVE_INFINITY],
    [8, 4],
  ])("is restored after an outage: %i workers, a queue of %d", (workers, maxQueue) => {
    const seconds = load({ workers, maxQueue, serviceMs: 200, isOut });
    expect(seconds[11]?.served).toBe(0);
    expect(throughput(seconds.slice(13))).toBeGreaterThan((0.85 * workers) / 0.2);
    expect((seconds[10]?.rejected ?? 0) + (seconds[11]?.rejected ?? 0)).toBeLessThanOrEqual(128 + 20);
  });

  it("is restored to its earlier size, although few requests were in flight when the outage began", () => {
    const window = full(8);
    const before = window.size;
    window.failed(0, 0, false);
    for (let failure = 1; failure < 20; failure++) window.failed(0, failure, true);
    window.succeeded(6000, { sentAt: 5900, inFlight: 1, maxConcurrency: 128 }, true, false);
    expect(window.size).toBe(1);
    window.restore(7000);
    expect(window.size).toBe(before);
  });
});

describe("ConcurrencyWindow for any order of results", () => {
  const step = record({
    delay: integer({ min: 0, max: 500 }),
    what: constantFrom("succeeded", "failed", "restore"),
    inFlight: integer({ min: 1, max: 300 }),
    failures: nat(6),
    tookMs: integer({ min: 1, max: 5000 }),
    isMeasured: boolean(),
  });

  it("never exceeds maxConcurrency, and always allows a first request within a finite time", () => {
    assert(
      property(array(step, { maxLength: 300 }), integer({ min: 1, max: 200 }), (steps, maxConcurrency) => {
        const window = new ConcurrencyWindow(0);
        let now = 0;
        for (const { delay, what, inFlight, failures, tookMs, isMeasured } of steps) {
          now += delay;
          const beside = Math.min(inFlight, maxConcurrency);
          if (what === "succeeded") {
            window.succeeded(
              now,
              { sentAt: now - tookMs, inFlight: beside, maxConcurrency },
              true,
              isMeasured,
            );
          } else if (what === "failed") window.failed(beside - 1, failures, true);
          else window.restore(now);
          expect(window.size).toBeGreaterThanOrEqual(1);
          expect(Number.isInteger(window.size)).toBe(true);
          for (const highPriority of [false, true]) {
            expect(window.hasCapacity(0, maxConcurrency, highPriority)).toBe(true);
            expect(window.hasCapacity(maxConcurrency, maxConcurrency, highPriority)).toBe(false);
          }
          expect(window.opensAt(1)).toBeLessThan(Number.POSITIVE_INFINITY);
        }
      }),
    );
  });

  it("grows beyond 16 requests only up to the maxConcurrency of those that succeed", () => {
    assert(
      property(integer({ min: 17, max: 200 }), integer({ min: 1, max: 300 }), (maxConcurrency, workers) => {
        const seconds = load({ workers, serviceMs: 100, maxConcurrency, untilMs: 3000 });
        for (const { size, inFlight } of seconds) {
          expect(size).toBeLessThanOrEqual(maxConcurrency);
          expect(inFlight).toBeLessThanOrEqual(maxConcurrency);
        }
      }),
      { numRuns: 20 },
    );
  });
});
