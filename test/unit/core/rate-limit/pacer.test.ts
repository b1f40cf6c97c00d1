import { describe, expect, it } from "vitest";
import { ConcurrencyWindow } from "../../../../src/core/rate-limit/concurrency-window.js";
import { Pacer, type LimitedBy } from "../../../../src/core/rate-limit/pacer.js";

const MINUTE = 60_000;

/** Creates a pacer whose traffic starts at 0. */
function started(): Pacer {
  const pacer = new Pacer();
  pacer.observeIdle(0, 0);
  return pacer;
}

/** Observes idleness and returns the next send time, as the rate limiter does. */
function nextSendTime(
  pacer: Pacer,
  now: number,
  inFlight: number,
  maxConcurrency: number,
  highPriority: boolean,
): number {
  pacer.observeIdle(now, inFlight);
  return pacer.nextSendTime(inFlight, maxConcurrency, highPriority);
}

/** Returns how many requests may be in flight now. */
function capacity(pacer: Pacer, now: number, maxConcurrency: number, highPriority = false): number {
  let inFlight = 0;
  while (inFlight < 1000 && nextSendTime(pacer, now, inFlight, maxConcurrency, highPriority) <= now)
    inFlight += 1;
  return inFlight;
}

/** Sends requests that succeed at once. */
function succeeded(pacer: Pacer, now: number, count = 1, maxConcurrency = 16): void {
  for (let at = 0; at < count; at++) pacer.succeeded(now, pacer.sent(now, 10), maxConcurrency);
}

/** Sends a request that receives a 429 at once; returns the delay. */
function rateLimited(
  pacer: Pacer,
  now: number,
  resetMs?: number,
  by: LimitedBy = "requests",
  random = 0,
): number {
  return pacer.rateLimited(now, pacer.sent(now, 10), { by, resetMs }, random);
}

/** Sends 100 requests within a second: 20 per second and a burst of 80. Then a 429 delays all until 5000. */
function limited(by: LimitedBy = "requests", random = 0): Pacer {
  const pacer = started();
  for (let at = 0; at < 100; at++) succeeded(pacer, at * 10);
  rateLimited(pacer, 1000, 4000, by, random);
  return pacer;
}

/** Returns when a query may be sent, and when documents may. */
function sendTimes(pacer: Pacer, now: number): { query: number; documents: number } {
  return { query: nextSendTime(pacer, now, 0, 16, true), documents: nextSendTime(pacer, now, 0, 16, false) };
}

describe("Pacer before the first 429", () => {
  it.each([
    [0, 4],
    [50, 5],
    [100, 8],
    [200, 16],
    [300, 32],
  ])("allows after %i ms %i requests in flight, with or without responses", (now, most) => {
    expect(capacity(started(), now, 1000)).toBe(most);
  });

  it("returns when the window opens, and Infinity if a response must come first", () => {
    const pacer = started();
    const at = nextSendTime(pacer, 0, 5, 16, false);
    expect(at).toBeGreaterThan(0);
    expect(at).toBeLessThan(100);
    expect(nextSendTime(pacer, at, 5, 16, false)).toBeLessThanOrEqual(at);
    expect(nextSendTime(pacer, 0, 16, 16, false)).toBe(Infinity);
  });

  it("never exceeds maxConcurrency, for high priority neither", () => {
    const pacer = started();
    expect(capacity(pacer, 500, 16)).toBe(16);
    expect(capacity(pacer, 500, 16, true)).toBe(16);
    expect(capacity(pacer, 0, 3)).toBe(3);
  });

  it("allows twice as many high-priority requests at the start", () => {
    expect(capacity(started(), 0, 1000, true)).toBe(8);
  });

  it("reopens the window from the start after an idle time, but not after a moment or beside requests in flight", () => {
    const idle = started();
    succeeded(idle, 500);
    expect(capacity(idle, 5000, 1000)).toBe(4);
    const busy = started();
    succeeded(busy, 500);
    expect(capacity(busy, 1400, 1000)).toBe(1000);
    const besideOthers = started();
    succeeded(besideOthers, 500);
    expect(nextSendTime(besideOthers, 5000, 1, 1000, false)).toBeLessThan(0);
    expect(nextSendTime(besideOthers, 5000, 63, 1000, false)).toBeLessThan(5000);
  });

  it("has no rate and no limit", () => {
    expect(started().ratePerSecond).toBe(Infinity);
    expect(started().limitedBy).toBeUndefined();
  });
});

describe("Pacer after a 429", () => {
  it("delays all requests until the server's reset", () => {
    const pacer = started();
    expect(rateLimited(pacer, 100, 2000)).toBe(2000);
    expect(sendTimes(pacer, 100)).toEqual({ query: 2100, documents: 2100 });
    expect(capacity(pacer, 2099, 16)).toBe(0);
  });

  it.each<[LimitedBy]>([["requests"], ["tokens"]])(
    "delays requests by half a second after a 429 without a reset, limited by %s",
    (by) => {
      const pacer = started();
      expect(rateLimited(pacer, 100, undefined, by)).toBe(500);
      expect(pacer.limitedBy).toBe(by);
    },
  );

  it("delays requests by one request at the known rate after a 429 without a reset", () => {
    const pacer = started();
    rateLimited(pacer, 100, 4000);
    const perRequest = 1000 / pacer.ratePerSecond;
    expect(perRequest).toBeGreaterThan(4000);
    expect(rateLimited(pacer, 4100)).toBeCloseTo(perRequest, 6);
  });

  it("delays requests by the default after a 429 without a reset where tokens are limited", () => {
    const pacer = started();
    rateLimited(pacer, 100, 40_000, "tokens");
    expect(1000 / pacer.ratePerSecond).toBeGreaterThan(4000);
    expect(rateLimited(pacer, 40_100, undefined, "tokens")).toBe(500);
  });

  it("delays requests by 1 ms after a reset of 0", () => {
    expect(rateLimited(started(), 100, 0)).toBe(1);
  });

  it("estimates the rate from what was accepted, in requests or in tokens", () => {
    // 100 requests of 10 tokens each until 5000, when the delay is over.
    expect(limited().ratePerSecond).toBeCloseTo(20, 6);
    // And half of the tokens of the request with the 429: a server does not accept tokens by the request.
    expect(limited("tokens").ratePerSecond).toBeCloseTo(201, 6);
  });

  it("estimates no rate from the default delay", () => {
    const pacer = started();
    for (let at = 0; at < 100; at++) succeeded(pacer, at * 10);
    rateLimited(pacer, 1000);
    expect(pacer.ratePerSecond).toBeCloseTo(100 / 1.5, 6);
  });

  it("opens the whole window once a rate is known", () => {
    const pacer = started();
    rateLimited(pacer, 1, 10);
    expect(nextSendTime(pacer, 11, 15, 16, false)).toBe(11);
  });

  it("keeps the limits of requests and of tokens, and returns the last one", () => {
    const pacer = limited("requests");
    const requests = pacer.ratePerSecond;
    expect(rateLimited(pacer, 5000, 1000, "tokens")).toBe(1000);
    expect(pacer.limitedBy).toBe("tokens");
    expect(pacer.ratePerSecond).not.toBe(requests);
    expect(sendTimes(pacer, 5000)).toEqual({ query: 6000, documents: 6000 });
  });

  it("spaces requests by the estimated rate", () => {
    const pacer = limited();
    succeeded(pacer, 5000);
    expect(nextSendTime(pacer, 5000, 0, 16, false)).toBeCloseTo(5050, 0);
    succeeded(pacer, 5050);
    expect(nextSendTime(pacer, 5050, 0, 16, false)).toBeCloseTo(5100, 0);
  });

  it.each<[LimitedBy, number, string]>([
    ["tokens", 40, "at twice the rate, because a bucket of tokens filled up during the delay"],
    ["requests", 20, "at the rate, because a window's unused quota is lost"],
  ])(
    "resumes after the first delay, where %s are limited, with %i requests in a second: %s",
    (by, inASecond) => {
      const pacer = limited(by);
      let left = 0;
      for (let at = 5000; at < 6000; at = nextSendTime(pacer, at, 0, 16, false)) {
        succeeded(pacer, at);
        left += 1;
      }
      expect(Math.abs(left - inASecond)).toBeLessThanOrEqual(1);
    },
  );

  it("takes the longest exact reset for the time of one request", () => {
    const pacer = started();
    for (let at = 0; at < 30; at++) succeeded(pacer, at * 30);
    rateLimited(pacer, 1000, 70);
    expect(1000 / pacer.ratePerSecond).toBeCloseTo(70, 6);
    rateLimited(pacer, 1070, 90);
    expect(1000 / pacer.ratePerSecond).toBeCloseTo(90, 2);
    rateLimited(pacer, 1160);
    expect(1000 / pacer.ratePerSecond).toBeCloseTo(90, 2);
  });

  it.each<[LimitedBy, number]>([
    ["requests", 1],
    ["tokens", 10],
  ])(
    "measures the rate by what was accepted between exact resets, not by what was sent: %s",
    (by, weight) => {
      const pacer = started();
      for (let at = 0; at < 30; at++) succeeded(pacer, at * 30);
      rateLimited(pacer, 1000, 70, by);
      rateLimited(pacer, 1070, 90, by);
      for (let at = 0; at < 21; at++) succeeded(pacer, 1160 + at * 100);
      rateLimited(pacer, 3260, 75, by);
      // 21 requests between the ends of the first and the last delay; the rate is held a little below that.
      const measured = (21 * weight) / (3260 + 75 - 1070);
      expect(pacer.ratePerSecond).toBeCloseTo(1000 * measured * 0.96, 6);
    },
  );

  it.each<[LimitedBy, number]>([
    ["requests", 1],
    ["tokens", 10],
  ])("at most halves the rate for a single request between exact resets: %s", (by, weight) => {
    const pacer = started();
    for (let at = 0; at < 30; at++) succeeded(pacer, at * 30);
    rateLimited(pacer, 1000, 70, by);
    succeeded(pacer, 1100);
    rateLimited(pacer, 1800, 75, by);
    expect(pacer.ratePerSecond).toBeCloseTo((1000 * weight) / 75 / 2, 6);
  });

  it("spaces requests by their tokens where tokens are limited", () => {
    const [light, heavy] = [10, 100].map((tokens) => {
      const pacer = limited("tokens");
      pacer.sent(5000, tokens);
      return nextSendTime(pacer, 5000, 0, 16, false);
    });
    expect(Number(heavy) - 5000).toBeGreaterThan(5 * (Number(light) - 5000));
  });
});

/** Sends two requests. The first receives a 429 at 100 that delays until 1100, the second a 429 at 110. */
function stale(by: LimitedBy, resetMs: number | undefined): { pacer: Pacer; rate: number; delayMs: number } {
  const pacer = started();
  const [first, second] = [pacer.sent(0, 10), pacer.sent(0, 10)];
  pacer.rateLimited(100, first, { by: "requests", resetMs: 1000 }, 0);
  const rate = pacer.ratePerSecond;
  return { pacer, rate, delayMs: pacer.rateLimited(110, second, { by, resetMs }, 0) };
}

describe("Pacer after a 429 of a request sent before the last 429 was received", () => {
  it.each<[string, LimitedBy, number | undefined, number]>([
    ["with the same limit", "requests", 1000, 990],
    ["without a reset", "requests", undefined, 990],
    ["with another limit", "tokens", 1000, 990],
    ["with the same reset, rounded up", "requests", 1980, 990],
    ["with a much later reset", "requests", 5000, 5000],
  ])("keeps the rate and extends the delay only for a much later reset: %s", (_, by, reset, expected) => {
    const { pacer, rate, delayMs } = stale(by, reset);
    expect(delayMs).toBe(expected);
    expect(pacer.ratePerSecond).toBe(rate);
    expect(pacer.limitedBy).toBe("requests");
  });

  it("does not count a stale 429 as the second in a row", () => {
    const { pacer } = stale("requests", 1000);
    // The extra delay of the second in a row is up to a second; that of the third, up to two.
    const wait = rateLimited(pacer, 1100, 1000, "requests", 0.99);
    expect(wait - 100 / pacer.ratePerSecond).toBeLessThanOrEqual(2000);
  });

  it("returns no negative delay for a late 429", () => {
    const pacer = started();
    const [first, second] = [pacer.sent(0, 10), pacer.sent(0, 10)];
    pacer.rateLimited(100, first, { by: "requests", resetMs: 1000 }, 0);
    expect(pacer.rateLimited(9000, second, { by: "requests", resetMs: undefined }, 0)).toBe(0);
  });
});

/** Returns the extra delay of each of ten 429s in a row, with the highest random number. */
function extras(between: (pacer: Pacer, now: number) => void = () => {}): number[] {
  const pacer = started();
  let now = 100;
  return Array.from({ length: 10 }, () => {
    const wait = rateLimited(pacer, now, 1000, "requests", 0.999_999);
    const apart = 100 / pacer.ratePerSecond;
    now += wait;
    between(pacer, now);
    return Math.max(0, Math.round(wait - 1000 - apart));
  });
}

describe("Pacer after several 429s in a row", () => {
  it("increases the extra delay up to four seconds, and limits it to a second after six 429s", () => {
    const [first, ...more] = extras();
    expect(first).toBe(0);
    const growing = more.slice(0, 5);
    expect(growing).toEqual(growing.toSorted((one, other) => one - other));
    expect(growing[0]).toBeGreaterThan(500);
    expect(growing[1]).toBeGreaterThan(growing[0] as number);
    expect(growing.at(-1)).toBe(4000);
    expect(more.slice(5)).toEqual([1000, 1000, 1000, 1000]);
  });

  it("resets the extra delay after a success", () => {
    expect(extras((pacer, now) => succeeded(pacer, now))).toEqual(Array(10).fill(0));
  });

  it("keeps the extra delay after a success of a request sent before the 429", () => {
    const pacer = started();
    const early = pacer.sent(0, 10);
    rateLimited(pacer, 100, 1000);
    pacer.succeeded(200, early, 16);
    const wait = rateLimited(pacer, 1100, 1000, "requests", 0.999_999);
    expect(wait - 100 / pacer.ratePerSecond).toBeGreaterThan(1500);
  });

  it("adds no extra delay if the random number is 0", () => {
    const pacer = started();
    for (let again = 0; again < 10; again++) expect(rateLimited(pacer, 100 + again * 1000, 1000)).toBe(1000);
  });

  it("sends the next request at the end of the delay after more than six 429s in a row, even if the rate is not paid off", () => {
    const pacer = started();
    rateLimited(pacer, 99, 1, "tokens");
    let now = 100;
    const owed = Array.from({ length: 7 }, () => {
      // More tokens than can be paid off in seconds.
      now += pacer.rateLimited(now, pacer.sent(now, 1_000_000), { by: "tokens", resetMs: 1 }, 0);
      return nextSendTime(pacer, now, 0, 16, false) - now;
    });
    for (const debt of owed.slice(0, 5)) expect(debt).toBeGreaterThan(1000);
    expect(owed.slice(5)).toEqual([0, 0]);
  });
});

describe("Pacer jitter", () => {
  it("spreads processes by up to a tenth of a request after a 429", () => {
    const [first, last] = [0, 1].map((random) =>
      nextSendTime(limited("requests", random), 1000, 0, 16, false),
    );
    expect(Number(last) - Number(first)).toBeCloseTo(0.1 * 50, 6);
  });
});

describe("Pacer probe: a high-priority request during a delay", () => {
  it("is due after one request at the estimated rate, because a bucket's reset is rounded up", () => {
    const { query, documents } = sendTimes(limited(), 1000);
    expect(documents).toBe(5000);
    expect(query).toBeCloseTo(1000 + 50, 6);
  });

  it("is sent alone: the next one waits for its response, and then as long again", () => {
    const pacer = limited();
    const query = pacer.sent(1050, 10);
    expect(sendTimes(pacer, 1050)).toEqual({ query: 5000, documents: 5000 });
    pacer.succeeded(1100, query, 16);
    expect(sendTimes(pacer, 1100).documents).toBe(5000);
    expect(sendTimes(pacer, 1100).query).toBeCloseTo(1100 + 50, 0);
  });

  it("keeps its time when another request succeeds", () => {
    const pacer = started();
    const waiting = [pacer.sent(0, 10), pacer.sent(0, 10)] as const;
    for (let at = 0; at < 98; at++) succeeded(pacer, at * 10);
    rateLimited(pacer, 1000, 4000);
    const { query } = sendTimes(pacer, 1000);
    pacer.succeeded(1040, waiting[0], 16);
    expect(sendTimes(pacer, 1040).query).toBe(query);
    pacer.sent(query, 10);
    pacer.succeeded(query + 10, waiting[1], 16);
    expect(sendTimes(pacer, query + 10).query).toBe(5000);
  });

  it("waits for the end of an outage, even if a delay after a 429 allowed one before", () => {
    const pacer = limited();
    succeeded(pacer, 5000);
    for (const at of [5100, 5101, 5102, 5103]) pacer.failed(at, 3000, 16);
    expect(sendTimes(pacer, 5103).query).toBe(8103);
  });

  it("is not allowed again after one received a 429: this server enforces its resets", () => {
    const pacer = limited();
    const rate = pacer.ratePerSecond;
    const query = pacer.sent(1050, 10);
    expect(pacer.rateLimited(1060, query, { by: "requests", resetMs: 4000 }, 0)).toBe(3940);
    expect(pacer.ratePerSecond).toBeCloseTo(rate, 1);
    expect(sendTimes(pacer, 1060)).toEqual({ query: 5000, documents: 5000 });
    const wait = rateLimited(pacer, 5000, 4000);
    expect(sendTimes(pacer, 5000)).toMatchObject({ query: 5000 + wait });
  });

  it("is not allowed where tokens are limited", () => {
    expect(sendTimes(limited("tokens"), 1000)).toEqual({ query: 5000, documents: 5000 });
  });

  it("is allowed again after a minute without traffic", () => {
    const pacer = limited();
    pacer.rateLimited(1060, pacer.sent(1050, 10), { by: "requests", resetMs: 4000 }, 0);
    const later = 5000 + 2 * MINUTE;
    pacer.observeIdle(later, 0);
    for (let at = 0; at < 100; at++) succeeded(pacer, later + at * 10);
    rateLimited(pacer, later + 1000, 4000);
    expect(sendTimes(pacer, later + 1000).query).toBeLessThan(later + 2000);
  });
});

/** Returns the window after twenty outcomes for each count of failures, never two in a row. */
function afterFailures(maxConcurrency: number, ...shares: number[]): number {
  const pacer = started();
  for (const failures of shares) {
    for (let outcome = 0; outcome < 20; outcome++) {
      if (outcome % 2 === 0 && outcome / 2 < failures) pacer.failed(500, 0, maxConcurrency);
      else pacer.succeeded(500, pacer.sent(500, 10), maxConcurrency);
    }
  }
  return capacity(pacer, 500, maxConcurrency);
}

describe("Pacer after failures of the server", () => {
  it("delays all requests after four failures in a row, and then allows one request until it succeeds", () => {
    const pacer = started();
    for (const at of [500, 501, 502]) pacer.failed(at, 800, 16);
    expect(capacity(pacer, 502, 16)).toBe(16);
    pacer.failed(503, 800, 16);
    expect(nextSendTime(pacer, 503, 0, 16, false)).toBe(1303);
    expect(capacity(pacer, 1303, 16)).toBe(1);
    succeeded(pacer, 1303);
    expect(capacity(pacer, 1303, 16)).toBe(16);
  });

  it("does not shorten a delay after failures", () => {
    const pacer = limited();
    for (const at of [1001, 1002, 1003, 1004]) pacer.failed(at, 100, 16);
    expect(nextSendTime(pacer, 1004, 0, 16, false)).toBe(5000);
  });

  it("counts failures in a row only without a response in between", () => {
    const pacer = started();
    for (let at = 500; at < 510; at++) {
      for (let failure = 0; failure < 3; failure++) pacer.failed(at, 3000, 16);
      succeeded(pacer, at);
    }
    expect(nextSendTime(pacer, 510, 0, 16, false)).toBeLessThanOrEqual(510);
  });

  it.each([
    [0, 20],
    [1, 20],
    [2, 20],
    [3, 17],
    [5, 15],
    [10, 10],
  ])("shrinks the window by the share of failures above a tenth: %i of 20 leave %i", (failures, left) => {
    expect(afterFailures(20, failures)).toBe(left);
  });

  it("shrinks the window to half at most in one step", () => {
    const pacer = started();
    for (let round = 0; round < 5; round++) {
      for (let failure = 0; failure < 3; failure++) pacer.failed(500, 0, 20);
      succeeded(pacer, 500, 1, 20);
    }
    expect(capacity(pacer, 500, 20)).toBe(10);
  });

  it("never shrinks the window below one request", () => {
    const pacer = started();
    for (let round = 0; round < 100; round++) {
      pacer.succeeded(500, pacer.sent(500, 10), 0);
      for (let failure = 0; failure < 3; failure++) pacer.failed(500, 0, 2);
    }
    expect(capacity(pacer, 500, 2)).toBe(1);
  });

  it("grows the window by one per success", () => {
    expect(afterFailures(20, 10, 0)).toBe(20);
    const pacer = started();
    for (let outcome = 0; outcome < 10; outcome++) {
      pacer.failed(500, 0, 20);
      succeeded(pacer, 500, 1, 20);
    }
    expect(capacity(pacer, 500, 20)).toBe(10);
    succeeded(pacer, 500, 3, 20);
    expect(capacity(pacer, 500, 20)).toBe(13);
  });

  it("does not grow the window for successes of a caller with a lower maxConcurrency", () => {
    const pacer = started();
    for (let outcome = 0; outcome < 10; outcome++) {
      pacer.failed(500, 0, 20);
      succeeded(pacer, 500, 1, 20);
    }
    succeeded(pacer, 500, 10, 4);
    expect(capacity(pacer, 500, 20)).toBe(10);
  });

  it("counts failures over one window of outcomes, where that is more than twenty", () => {
    // Four of twenty are a fifth, but a tenth of forty.
    expect(afterFailures(40, 0, 4)).toBe(40);
    expect(afterFailures(20, 0, 4)).toBe(16);
    expect(afterFailures(40, 4, 4)).toBe(32);
  });
});

describe("Pacer after a minute without traffic", () => {
  it("forgets the limit and opens the window from the start", () => {
    const pacer = limited();
    expect(capacity(pacer, 5000 + MINUTE, 4)).toBeGreaterThan(0);
    expect(pacer.limitedBy).toBe("requests");
    const later = 5001 + MINUTE;
    expect(capacity(pacer, later, 1000)).toBe(4);
    expect(pacer.limitedBy).toBeUndefined();
    expect(pacer.ratePerSecond).toBe(Infinity);
  });

  it("keeps the limit while a request is in flight", () => {
    const pacer = limited();
    pacer.observeIdle(10 * MINUTE, 1);
    expect(pacer.limitedBy).toBe("requests");
  });

  it("keeps the limit until a delay is over, even a long one", () => {
    const pacer = started();
    rateLimited(pacer, 100, 2 * MINUTE);
    pacer.observeIdle(100 + 2 * MINUTE, 0);
    expect(pacer.limitedBy).toBe("requests");
  });

  it("estimates the next limit from requests sent since", () => {
    const pacer = limited();
    const later = 10 * MINUTE;
    pacer.observeIdle(later, 0);
    succeeded(pacer, later, 9);
    rateLimited(pacer, later + 500, 500);
    expect(pacer.ratePerSecond).toBeLessThan(20);
  });

  it("forgets an outage and its small window", () => {
    const pacer = started();
    for (let at = 0; at < 100; at++) pacer.failed(100, 100, 16);
    expect(capacity(pacer, 300, 16)).toBe(1);
    expect(capacity(pacer, 300 + 2 * MINUTE, 16)).toBe(4);
    expect(capacity(pacer, 600 + 2 * MINUTE, 16)).toBe(16);
  });

  it("resets the count of 429s in a row", () => {
    const pacer = started();
    for (let again = 0; again < 4; again++) rateLimited(pacer, 100 + again * 1000, 1000);
    const later = 10 * MINUTE;
    pacer.observeIdle(later, 0);
    const wait = rateLimited(pacer, later, 1000, "requests", 0.999_999);
    expect(wait - 100 / pacer.ratePerSecond).toBeCloseTo(1000, 0);
  });
});

function nextSendTimes(pacer: Pacer): number[] {
  return [
    pacer.nextSendTime(3, 16, false),
    pacer.nextSendTime(3, 16, true),
    pacer.nextSendTime(9, 1000, false),
  ];
}

describe("Pacer.nextSendTime", () => {
  it.each<[string, () => Pacer]>([
    ["before the first 429", started],
    ["after a 429", limited],
    ["after failures", shrunk],
  ])("changes nothing %s, not even with other arguments in between", (_, create) => {
    const [asked, untouched] = [create(), create()];
    const before = nextSendTimes(asked);
    asked.nextSendTime(0, 1, true);
    asked.nextSendTime(20, 4, false);
    expect(nextSendTimes(asked)).toEqual(before);
    for (const pacer of [asked, untouched]) for (let at = 0; at < 7; at++) pacer.failed(6000, 10, 16);
    expect(capacity(asked, 7000, 16)).toBe(capacity(untouched, 7000, 16));
    expect(nextSendTimes(asked)).toEqual(nextSendTimes(untouched));
    expect(asked.limitedBy).toBe(untouched.limitedBy);
    expect(asked.ratePerSecond).toBe(untouched.ratePerSecond);
  });

  it("forgets nothing after an idle time that was not observed", () => {
    const pacer = limited();
    expect(pacer.nextSendTime(0, 16, false)).toBe(5000);
    expect(pacer.limitedBy).toBe("requests");
    pacer.observeIdle(10 * MINUTE, 0);
    expect(pacer.limitedBy).toBeUndefined();
  });
});

/** Creates a pacer whose window shrank to ten of twenty. */
function shrunk(): Pacer {
  const pacer = started();
  for (let outcome = 0; outcome < 10; outcome++) {
    pacer.failed(500, 0, 20);
    succeeded(pacer, 500, 1, 20);
  }
  return pacer;
}

describe("ConcurrencyWindow.hasCapacity", () => {
  it("returns the same when called twice or with another maxConcurrency in between", () => {
    const window = new ConcurrencyWindow();
    expect(window.hasCapacity(15, 16)).toBe(true);
    expect(window.hasCapacity(15, 16)).toBe(true);
    expect(window.hasCapacity(15, 4)).toBe(false);
    expect(window.hasCapacity(15, 16)).toBe(true);
    expect(window.hasCapacity(16, 16)).toBe(false);
  });

  it("does not change how far failures shrink the window", () => {
    const window = new ConcurrencyWindow();
    for (let outcome = 0; outcome < 10; outcome++) {
      window.failed(20);
      window.hasCapacity(0, 2);
      window.succeeded(20);
      window.hasCapacity(0, 1000);
    }
    expect(window.hasCapacity(9, 20)).toBe(true);
    expect(window.hasCapacity(10, 20)).toBe(false);
  });
});
