import { describe, expect, it, vi } from "vitest";
import { RateLimiter } from "../../../../src/core/rate-limit/rate-limiter.js";
import type {
  AcquireOptions,
  InFlight,
  Permit,
  ServerFailure,
} from "../../../../src/core/rate-limit/permit.js";
import { breathe, pass, useVirtualTime } from "../../../support/time.js";

useVirtualTime();

const TOKENS = 10;

function acquire(limiter: RateLimiter, own: Partial<AcquireOptions> = {}): Promise<Permit> {
  const permit = limiter.acquire({
    priority: "normal",
    isRetry: false,
    maxConcurrency: 1,
    waitsUntil: () => Number.POSITIVE_INFINITY,
    signal: new AbortController().signal,
    ...own,
  });
  permit.catch(() => {});
  return permit;
}

/** The deadline of a caller that must not wait. */
const never = (): number => Number.NEGATIVE_INFINITY;

/** A failure with status 503. */
function failure(own: Partial<ServerFailure> = {}): ServerFailure {
  return { isResponse: true, retryAfterMs: undefined, reason: "503", ...own };
}

/** Acquires a permit, records the name when it is granted, and sends. */
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

/** Sends requests one after another, at most 20 per second, and ends them. */
async function serve(limiter: RateLimiter, count: number, end: (sent: InFlight) => unknown): Promise<void> {
  for (let request = 0; request < count; request++) {
    const sent: InFlight[] = [];
    void send(limiter, "", []).then((given) => sent.push(given));
    do await pass(50);
    while (sent.length === 0);
    sent.forEach(end);
  }
}

/** Returns a limiter whose concurrency has grown by forty fast responses, four at a time. */
async function limiterAfterFastResponses(): Promise<RateLimiter> {
  const limiter = new RateLimiter();
  for (let group = 0; group < 10; group++) {
    const waiting = [1, 2, 3, 4].map(() => send(limiter, "", [], { maxConcurrency: 128 }));
    await pass(100);
    for (const sent of await Promise.all(waiting)) sent.succeeded();
  }
  return limiter;
}

/** Returns a limiter whose last four requests have failed. */
async function limiterInOutage(): Promise<RateLimiter> {
  const limiter = new RateLimiter();
  for (let request = 0; request < 4; request++) {
    (await send(limiter, "fails", [], { maxConcurrency: 8 })).failed(failure());
  }
  expect(limiter.isOut).toBe(true);
  return limiter;
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

  it("grants one permit at a time, so that a new query is sent next", async () => {
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

  it("limits responses in flight to 256 MB, by the size of the last ones", async () => {
    const limiter = new RateLimiter();
    (await send(limiter, "first", [], { maxConcurrency: 16 })).succeeded(100 * 2 ** 20);
    const waiting = [1, 2, 3].map(() => send(limiter, "job", [], { maxConcurrency: 16 }));
    const [one] = await Promise.all(waiting.slice(0, 2));
    const third = vi.fn<() => void>();
    void waiting[2]?.then(() => third());
    await pass(1000);
    expect(third).not.toHaveBeenCalled();
    one?.succeeded(100);
    await pass(1000);
    expect(third).toHaveBeenCalledOnce();
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
    const update = (await send(limiter, "first", log, { maxConcurrency: 8 })).rateLimited(
      reset,
      "requests",
      "429",
    );
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

  it("delays all requests for the server's delay if all of them fail", async () => {
    const limiter = new RateLimiter();
    const log: string[] = [];
    for (let request = 0; request < 4; request++) {
      (await send(limiter, "fails", log, { maxConcurrency: 8 })).failed(failure({ retryAfterMs: 3000 }));
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
    const { delayMs } = (await send(limiter, "first", log)).rateLimited(5000, "requests", "429");
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

  it("sends four requests in the first moment, and then queries before documents", async () => {
    const limiter = new RateLimiter();
    const log: string[] = [];
    const documents = ["1", "2", "3", "4", "5"].map((name) =>
      send(limiter, name, log, { maxConcurrency: 16 }),
    );
    await breathe();
    expect(log).toEqual(["1", "2", "3", "4"]);
    const query = send(limiter, "query", log, { maxConcurrency: 16, priority: "high" });
    await pass(50);
    expect(log).toEqual(["1", "2", "3", "4", "query"]);
    await pass(1000);
    expect(log).toEqual(["1", "2", "3", "4", "query", "5"]);
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
      (await send(limiter, "fails", [], { maxConcurrency: 8 })).failed(failure({ retryAfterMs: 0 }));
    }
    const first = await send(limiter, "first", [], { maxConcurrency: 8 });
    const waiting = send(limiter, "waiting", [], { maxConcurrency: 8 });
    expect(vi.getTimerCount()).toBe(0);
    first.release();
    (await waiting).release();
  });

  it("is not idle while a caller waits for the end of a delay", async () => {
    const limiter = new RateLimiter();
    (await send(limiter, "first", [])).rateLimited(5000, "requests", "429");
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
    sent.failed(failure());
    expect(limiter.idle).toBe(false);
    (await waiting).release();
    expect(limiter.idle).toBe(true);
  });

  it("records that a server has responded after any response, but not after a lost connection", async () => {
    const limiters = Array.from({ length: 5 }, () => new RateLimiter());
    const [lost, failed, rejected, limited, succeeded] = await Promise.all(
      limiters.map(async (limiter) => (await acquire(limiter)).start(TOKENS)),
    );
    expect(limiters.map(({ hasResponded }) => hasResponded)).toEqual(Array(5).fill(false));
    lost?.failed(failure({ isResponse: false }));
    failed?.failed(failure());
    rejected?.rejected();
    limited?.rateLimited(1, "requests", "429");
    succeeded?.succeeded();
    expect(limiters.map(({ hasResponded }) => hasResponded)).toEqual([false, true, true, true, true]);
  });

  it("describes the failures since the last success", async () => {
    const limiter = new RateLimiter();
    expect([limiter.failing, limiter.lastSuccess]).toEqual([undefined, Number.NEGATIVE_INFINITY]);
    (await send(limiter, "first", [])).succeeded();
    const lastSuccess = performance.now();
    await pass(100);
    const since = performance.now();
    const second = await send(limiter, "second", []);
    await pass(40);
    second.failed(failure());
    expect(limiter.failing).toEqual({ lastSuccess, since, failedAfterMs: 40, reason: "503" });
    (await send(limiter, "third", [])).rateLimited(1, "requests", "429");
    expect(limiter.failing).toEqual({ lastSuccess, since, failedAfterMs: undefined, reason: "429" });
    await pass(5000);
    (await send(limiter, "fourth", [])).succeeded();
    expect([limiter.failing, limiter.lastSuccess]).toEqual([undefined, performance.now()]);
  });
});

describe("callers that wait for a RateLimiter", () => {
  it("rejects callers exactly at their deadline while the model fails", async () => {
    const limiter = new RateLimiter();
    for (let request = 0; request < 4; request++) {
      (await send(limiter, "fails", [])).failed(failure({ retryAfterMs: 60_000 }));
    }
    const start = performance.now();
    const rejected: [reason: unknown, afterMs: number][] = [];
    for (const ms of [5000, 1000, 3000]) {
      acquire(limiter, { waitsUntil: () => start + ms }).catch((reason: unknown) => {
        rejected.push([reason, performance.now() - start]);
      });
    }
    for (const ms of [999, 1, 1999, 1, 1999]) await pass(ms, 1);
    expect(rejected.map(([, afterMs]) => afterMs)).toEqual([1000, 3000]);
    await pass(1, 1);
    expect(rejected).toEqual([
      ["503", 1000],
      ["503", 3000],
      ["503", 5000],
    ]);
    expect([limiter.idle, vi.getTimerCount()]).toEqual([true, 0]);
  });

  it("rejects callers at once after their deadline if others wait before them and the model fails", async () => {
    const limiter = new RateLimiter();
    const first = await send(limiter, "first", []);
    const other = acquire(limiter);
    const late = acquire(limiter, { waitsUntil: () => performance.now() - 1 });
    first.failed(failure());
    await expect(late).rejects.toBe("503");
    (await other).cancel();
    expect(limiter.idle).toBe(true);
  });

  it("sends requests of callers after their deadline if they need not wait", async () => {
    const limiter = new RateLimiter();
    for (let request = 0; request < 3; request++) {
      (await send(limiter, "fails", [], { waitsUntil: never })).failed(failure());
    }
    expect(limiter.isOut).toBe(false);
    await pass(60_000);
    (await send(limiter, "opens", [], { waitsUntil: never })).failed(failure());
    await expect(acquire(limiter, { waitsUntil: never })).rejects.toBe("503");
    await pass(250);
    (await send(limiter, "probe", [], { waitsUntil: never })).succeeded();
    expect([limiter.isOut, limiter.idle]).toEqual([false, true]);
  });

  it("keeps callers waiting while the model is slow", async () => {
    const limiter = new RateLimiter();
    const first = await send(limiter, "first", []);
    const waiting = acquire(limiter, { waitsUntil: never });
    await pass(3_600_000);
    first.succeeded();
    (await waiting).cancel();
    expect(limiter.idle).toBe(true);
  });

  it("keeps callers waiting after a success, whatever failed before", async () => {
    const limiter = new RateLimiter();
    const [failing, working] = [
      await send(limiter, "failing", [], { maxConcurrency: 2 }),
      await send(limiter, "working", [], { maxConcurrency: 2 }),
    ];
    const until = performance.now() + 1000;
    const waiting = acquire(limiter, { waitsUntil: () => until });
    failing.failed(failure());
    working.succeeded();
    await pass(2000);
    (await waiting).cancel();
    expect(limiter.idle).toBe(true);
  });
});

describe("RateLimiter with a known rate limit", () => {
  it("sends a query ahead of the rate, but no documents", async () => {
    const limiter = new RateLimiter();
    await serve(limiter, 40, (sent) => sent.succeeded());
    await serve(limiter, 1, (sent) => sent.rateLimited(500, "requests", "429"));
    const log: string[] = [];
    void send(limiter, "documents", log, { maxConcurrency: 128 });
    while (log.length === 0) await pass(1);
    void send(limiter, "next documents", log, { maxConcurrency: 128 });
    await pass(10);
    expect(log).toEqual(["documents"]);
    void send(limiter, "query", log, { maxConcurrency: 128, priority: "high" });
    await pass(10);
    expect(log).toEqual(["documents", "query"]);
  });
});

describe("RateLimiter.concurrency", () => {
  it("grows with fast responses, and restarts after a minute without traffic", async () => {
    const limiter = await limiterAfterFastResponses();
    expect(limiter.concurrency).toBeGreaterThan(16);
    await pass(61_000, 100);
    (await send(limiter, "", [])).release();
    expect(limiter.concurrency).toBe(16);
  });

  it("is kept while a request is in flight for more than a minute", async () => {
    const limiter = await limiterAfterFastResponses();
    const before = limiter.concurrency;
    expect(before).toBeGreaterThan(16);
    const slow = await send(limiter, "slow", [], { maxConcurrency: 8 });
    await pass(61_000, 100);
    (await send(limiter, "another", [], { maxConcurrency: 8 })).release();
    expect(limiter.concurrency).toBe(before);
    slow.release();
  });

  it("is kept when requests fail that are sent one at a time", async () => {
    const limiter = new RateLimiter();
    await serve(limiter, 8, (sent) => sent.failed(failure()));
    expect(limiter.concurrency).toBe(16);
  });

  it.each([
    [8, 16],
    [9, 1],
  ])("falls only if more than half of it is in flight: %i requests, then %i", async (count, expected) => {
    const limiter = new RateLimiter();
    for (let round = 0; round < 5; round++) {
      const waiting = Array.from({ length: count }, () => send(limiter, "", [], { maxConcurrency: 16 }));
      await pass(500);
      const [last, ...others] = (await Promise.all(waiting)).toReversed();
      for (const sent of others) sent.release();
      last?.failed(failure());
      (await send(limiter, "", [])).rejected();
    }
    expect(limiter.concurrency).toBe(expected);
  });
});

describe("RateLimiter in an outage", () => {
  it("waits a second for the response of an earlier request before it assumes one", async () => {
    const limiter = new RateLimiter();
    await pass(100);
    const early = await send(limiter, "early", [], { maxConcurrency: 8 });
    await pass(100);
    const fail = async (): Promise<void> =>
      (await send(limiter, "fails", [], { maxConcurrency: 8 })).failed(failure());
    for (let request = 0; request < 4; request++) await fail();
    expect(limiter.isOut).toBe(false);
    await pass(1000);
    await fail();
    expect(limiter.isOut).toBe(true);
    early.release();
  });

  it("sends one probe at a time, after 0.25 s, 0.5 s and 0.75 s", async () => {
    const limiter = await limiterInOutage();
    const start = performance.now();
    const sentAfter: number[] = [];
    const probe = async (): Promise<void> => {
      const sent = await send(limiter, "probe", [], { maxConcurrency: 8 });
      sentAfter.push(performance.now() - start);
      expect(sent.inFlight).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 100));
      sent.failed(failure());
    };
    const probes = [1, 2, 3].map(probe);
    await pass(3000, 300);
    await Promise.all(probes);
    expect(sentAfter).toEqual([250, 850, 1700]);
  });

  it("alternates among the waiting requests", async () => {
    const limiter = await limiterInOutage();
    const log: string[] = [];
    const request = async (name: string): Promise<void> => {
      for (let attempt = 0; attempt < 3; attempt++) {
        const sent = await send(limiter, name, log, { isRetry: true });
        sent.failed(failure());
      }
    };
    const requests = ["a", "b", "c"].map(request);
    await pass(20_000, 200);
    await Promise.all(requests);
    expect(log).toEqual(["a", "b", "c", "a", "b", "c", "a", "b", "c"]);
  });

  it("sends another probe at once when a probe is aborted", async () => {
    const limiter = await limiterInOutage();
    const log: string[] = [];
    const probe = send(limiter, "aborted", log);
    const next = send(limiter, "next", log);
    await pass(250);
    expect(log).toEqual(["aborted"]);
    (await probe).release();
    await breathe();
    expect(log).toEqual(["aborted", "next"]);
    (await next).release();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("remains in the outage when a request succeeds that was sent before it", async () => {
    const limiter = new RateLimiter();
    const early = await send(limiter, "early", [], { maxConcurrency: 8 });
    await pass(2000);
    for (let request = 0; request < 4; request++) {
      (await send(limiter, "fails", [], { maxConcurrency: 8 })).failed(failure());
      await pass(500);
    }
    expect(limiter.isOut).toBe(true);
    early.succeeded();
    expect([limiter.isOut, limiter.lastSuccess]).toEqual([true, performance.now()]);
  });

  it("keeps its estimate of the rate limit, however long the outage", async () => {
    const limiter = new RateLimiter();
    await serve(limiter, 40, (sent) => sent.succeeded());
    await serve(limiter, 1, (sent) => sent.rateLimited(500, "requests", "429"));
    await serve(limiter, 100, (sent) => sent.succeeded());
    const before = limiter.limit?.perSecond as number;
    await serve(limiter, 12, (sent) => sent.failed(failure()));
    expect(limiter.isOut).toBe(true);
    await serve(limiter, 2, (sent) => sent.succeeded());
    const after = limiter.limit?.perSecond as number;
    expect(after).toBeLessThan(1.5 * before);
    await serve(limiter, 60, (sent) => sent.succeeded());
    expect(limiter.limit?.perSecond).toBeGreaterThan(1.2 * after);
  });

  it("allows as many requests as before once a probe succeeds", async () => {
    const limiter = new RateLimiter();
    const waiting = Array.from({ length: 16 }, () => send(limiter, "", [], { maxConcurrency: 128 }));
    await pass(500, 50);
    for (const sent of await Promise.all(waiting)) sent.failed(failure());
    await serve(limiter, 4, (sent) => sent.failed(failure()));
    expect(limiter.isOut).toBe(true);
    expect(limiter.concurrency).toBeLessThan(16);
    await serve(limiter, 1, (sent) => sent.succeeded());
    expect(limiter.concurrency).toBe(16);
  });

  it("sends all waiting requests again once a probe succeeds", async () => {
    const limiter = await limiterInOutage();
    const log: string[] = [];
    const waiting = [1, 2, 3, 4].map((name) => send(limiter, String(name), log, { maxConcurrency: 8 }));
    await pass(250);
    expect(log).toEqual(["1"]);
    (await waiting[0])?.succeeded();
    await breathe();
    expect(log).toEqual(["1", "2", "3", "4"]);
    expect(limiter.isOut).toBe(false);
    expect(limiter.outage?.endedAt).toBe(performance.now());
    for (const sent of (await Promise.all(waiting)).slice(1)) sent.release();
  });

  it.each<[string, (sent: InFlight) => unknown]>([
    ["429", (sent) => sent.rateLimited(1, "requests", "429")],
    ["rejection", (sent) => sent.rejected()],
  ])("ends after a %s, which shows that the server works", async (_, end) => {
    const limiter = await limiterInOutage();
    const probe = send(limiter, "probe", []);
    await pass(250);
    end(await probe);
    expect(limiter.isOut).toBe(false);
  });
});
