import { describe, expect, it, vi } from "vitest";
import {
  RateLimiter,
  type AcquireOptions,
  type InFlight,
  type Permit,
} from "../../../../src/core/rate-limit/rate-limiter.js";
import { breathe, pass, useVirtualTime } from "../../../support/time.js";

useVirtualTime();

const TOKENS = 10;

function acquire(limiter: RateLimiter, own: Partial<AcquireOptions> = {}): Promise<Permit> {
  const permit = limiter.acquire({
    priority: "normal",
    isRetry: false,
    maxConcurrency: 1,
    startedAt: performance.now(),
    signal: new AbortController().signal,
    ...own,
  });
  permit.catch(() => {});
  return permit;
}

/** Acquires a permit, notes the name when it is granted, and sends. */
async function send(
  limiter: RateLimiter,
  name: string,
  log: string[],
  own: Partial<AcquireOptions> = {},
): Promise<InFlight> {
  const permit = await acquire(limiter, own);
  log.push(name);
  return permit.start(TOKENS);
}

describe("RateLimiter", () => {
  it("sends queries before documents, and retries before first attempts of the same priority", async () => {
    const limiter = new RateLimiter();
    const log: string[] = [];
    const first = await send(limiter, "first", log);
    const waiting = [
      send(limiter, "documents", log),
      send(limiter, "documents again", log, { isRetry: true }),
      send(limiter, "query", log, { priority: "high" }),
      send(limiter, "query again", log, { priority: "high", isRetry: true }),
      send(limiter, "documents, later", log),
    ];
    first.succeeded();
    for (const turn of [3, 2, 1, 0, 4]) (await waiting[turn])?.succeeded();
    expect(log).toEqual([
      "first",
      "query again",
      "query",
      "documents again",
      "documents",
      "documents, later",
    ]);
    expect(limiter.idle).toBe(true);
  });

  it("grants one permit at a time, so that a query asked for meanwhile is sent next", async () => {
    const limiter = new RateLimiter();
    const log: string[] = [];
    const documents = [1, 2].map(() => send(limiter, "documents", log, { maxConcurrency: 8 }));
    const query = send(limiter, "query", log, { maxConcurrency: 8, priority: "high" });
    for (const sent of await Promise.all([...documents, query])) sent.release();
    expect(log).toEqual(["documents", "query", "documents"]);
  });

  it("never has more in flight than the maxConcurrency of the caller that sends", async () => {
    const limiter = new RateLimiter();
    let inFlight = 0;
    let most = 0;
    const job = async (): Promise<void> => {
      const sent = await send(limiter, "job", [], { maxConcurrency: 3 });
      most = Math.max(most, (inFlight += 1));
      expect(sent.inFlight).toBe(inFlight);
      await new Promise((resolve) => setTimeout(resolve, 10));
      inFlight -= 1;
      sent.succeeded();
    };
    const jobs = Array.from({ length: 100 }, job);
    await pass(10_000, 100);
    await Promise.all(jobs);
    expect(most).toBe(3);
  });

  it("does not let a caller at its own maxConcurrency delay callers with a larger one", async () => {
    const limiter = new RateLimiter();
    const log: string[] = [];
    const first = await send(limiter, "documents", log, { maxConcurrency: 4 });
    const query = send(limiter, "query", log, { maxConcurrency: 1, priority: "high" });
    const others = [1, 2].map(() => send(limiter, "documents", log, { maxConcurrency: 4 }));
    for (const sent of await Promise.all(others)) sent.release();
    expect(log).toEqual(["documents", "documents", "documents"]);
    first.release();
    (await query).release();
    expect(log.at(-1)).toBe("query");
  });

  it("reaches maxConcurrency while responses arrive", async () => {
    const limiter = new RateLimiter();
    let most = 0;
    const job = async (): Promise<void> => {
      const sent = await send(limiter, "job", [], { maxConcurrency: 32 });
      most = Math.max(most, sent.inFlight);
      await new Promise((resolve) => setTimeout(resolve, 50));
      sent.succeeded();
    };
    const jobs = Array.from({ length: 500 }, job);
    await pass(20_000, 400);
    await Promise.all(jobs);
    expect(most).toBe(32);
  });

  it("grants a cancelled permit to the next caller and counts no request", async () => {
    const limiter = new RateLimiter();
    const first = await acquire(limiter);
    const next = acquire(limiter);
    await breathe();
    first.cancel();
    const sent = (await next).start(TOKENS);
    expect([sent.request, sent.inFlight]).toEqual([1, 1]);
    sent.release();
    expect(limiter.idle).toBe(true);
  });

  it.each([
    [5000, 5000],
    [undefined, 1],
  ])("delays all callers after a 429 for as long as its reset: %s", async (reset, least) => {
    const limiter = new RateLimiter();
    const log: string[] = [];
    const update = (await send(limiter, "first", log, { maxConcurrency: 8 })).rateLimited(reset, "requests");
    expect(update.delayMs).toBeGreaterThanOrEqual(least);
    expect(update.ratePerSecond).toBeGreaterThan(0);
    expect(limiter.limit).toEqual({ by: "requests", perSecond: update.ratePerSecond });
    const waiting = [
      send(limiter, "documents", log, { maxConcurrency: 8 }),
      send(limiter, "query", log, { maxConcurrency: 8, priority: "high" }),
    ];
    await pass(least - 1);
    expect(log).toEqual(["first"]);
    await pass(3 * least + 2000);
    for (const sent of await Promise.all(waiting)) sent.release();
    expect(log).toEqual(["first", "query", "documents"]);
  });

  it("sends nothing for as long as a failure says if all requests fail", async () => {
    const limiter = new RateLimiter();
    const log: string[] = [];
    for (let request = 0; request < 4; request++) {
      (await send(limiter, "fails", log, { maxConcurrency: 8 })).failed(3000);
    }
    const next = send(limiter, "next", log, { maxConcurrency: 8 });
    await pass(2900);
    expect(log).not.toContain("next");
    await pass(200);
    (await next).release();
    expect(log).toContain("next");
  });

  it("sends as soon as a delay is over, however long the limiter has existed", async () => {
    const limiter = new RateLimiter();
    await pass(60_000);
    const log: string[] = [];
    const { delayMs } = (await send(limiter, "first", log)).rateLimited(5000, "requests");
    const next = send(limiter, "next", log);
    await pass(delayMs);
    await pass(100);
    expect(log).toEqual(["first", "next"]);
    (await next).release();
  });

  it("removes an aborted caller and serves the next", async () => {
    const limiter = new RateLimiter();
    const log: string[] = [];
    const first = await send(limiter, "first", log);
    const controller = new AbortController();
    const aborted = send(limiter, "aborted", log, { signal: controller.signal, priority: "high" });
    const other = send(limiter, "other", log);
    controller.abort("reason");
    await expect(aborted).rejects.toBe("reason");
    first.release();
    (await other).release();
    expect(log).toEqual(["first", "other"]);
    expect(limiter.idle).toBe(true);
  });

  it("throws the reason of a signal that is aborted already", () => {
    expect(() => acquire(new RateLimiter(), { signal: AbortSignal.abort("reason") })).toThrow("reason");
  });

  it("sends four requests in the first moment, and queries beside them", async () => {
    const limiter = new RateLimiter();
    const log: string[] = [];
    const documents = ["1", "2", "3", "4", "5"].map((name) =>
      send(limiter, name, log, { maxConcurrency: 16 }),
    );
    await breathe();
    expect(log).toEqual(["1", "2", "3", "4"]);
    const query = send(limiter, "query", log, { maxConcurrency: 16, priority: "high" });
    await breathe();
    expect(log).toEqual(["1", "2", "3", "4", "query"]);
    await pass(1000);
    for (const sent of await Promise.all([...documents, query])) sent.release();
  });

  it("sets no timer while it waits for a response", async () => {
    const limiter = new RateLimiter();
    const first = await send(limiter, "first", []);
    const waiting = send(limiter, "waiting", []);
    expect(vi.getTimerCount()).toBe(0);
    first.release();
    (await waiting).release();
  });

  it("sets no timer while the one request of an outage is in flight", async () => {
    const limiter = new RateLimiter();
    for (let request = 0; request < 4; request++) {
      (await send(limiter, "fails", [], { maxConcurrency: 8 })).failed(0);
    }
    const first = await send(limiter, "first", [], { maxConcurrency: 8 });
    const waiting = send(limiter, "waiting", [], { maxConcurrency: 8 });
    expect(vi.getTimerCount()).toBe(0);
    first.release();
    (await waiting).release();
  });

  it("is not idle while a caller waits for the end of a delay", async () => {
    const limiter = new RateLimiter();
    (await send(limiter, "first", [])).rateLimited(5000, "requests");
    const waiting = send(limiter, "waiting", []);
    expect(limiter.idle).toBe(false);
    await pass(6000);
    (await waiting).release();
    expect(limiter.idle).toBe(true);
  });

  it("is idle when no permit is granted, no request is in flight and no caller waits", async () => {
    const limiter = new RateLimiter();
    expect(limiter.idle).toBe(true);
    const permit = await acquire(limiter);
    expect(limiter.idle).toBe(false);
    const sent = permit.start(TOKENS);
    expect(limiter.idle).toBe(false);
    const waiting = send(limiter, "waiting", []);
    sent.failed(0);
    expect(limiter.idle).toBe(false);
    (await waiting).release();
    expect(limiter.idle).toBe(true);
  });

  it("rejects the callers that have waited since a time, and no others", async () => {
    const limiter = new RateLimiter();
    const first = await send(limiter, "first", []);
    const early = acquire(limiter);
    await pass(100);
    const exact = acquire(limiter);
    await pass(100);
    const late = acquire(limiter);
    limiter.rejectWaitingSince(performance.now() - 100, "too long");
    await expect(early).rejects.toBe("too long");
    await expect(exact).rejects.toBe("too long");
    first.release();
    (await late).cancel();
    expect(limiter.idle).toBe(true);
  });
});
