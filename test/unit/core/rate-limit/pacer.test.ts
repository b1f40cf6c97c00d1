import { describe, expect, it } from "vitest";
import { Pacer, type LimitedBy, type SentRequest } from "../../../../src/core/rate-limit/pacer.js";

const MINUTE = 60_000;

/** Creates a pacer whose traffic starts at 0. */
function started(): Pacer {
  const pacer = new Pacer();
  pacer.observeIdle(0);
  return pacer;
}

/** Sends requests that succeed at once. */
function succeeded(pacer: Pacer, now: number, count = 1): void {
  for (let at = 0; at < count; at++) pacer.succeeded(now, pacer.sent(now, 10));
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
function sendTimes(pacer: Pacer): { query: number; documents: number } {
  return { query: pacer.nextSendTime(true), documents: pacer.nextSendTime(false) };
}

describe("Pacer before the first 429", () => {
  it("delays no request, and has no rate and no limit", () => {
    const pacer = started();
    succeeded(pacer, 0, 100);
    for (const time of Object.values(sendTimes(pacer))) expect(time).toBeLessThanOrEqual(0);
    expect(pacer.ratePerSecond).toBe(Infinity);
    expect(pacer.limitedBy).toBeUndefined();
  });
});

describe("Pacer after a 429", () => {
  it("delays all requests until the server's reset", () => {
    const pacer = started();
    expect(rateLimited(pacer, 100, 2000)).toBe(2000);
    expect(sendTimes(pacer)).toEqual({ query: 2100, documents: 2100 });
  });

  it.each<[LimitedBy]>([["requests"], ["tokens"]])(
    "delays requests by half a second after a 429 without a reset, limited by %s",
    (by) => {
      const pacer = started();
      expect(rateLimited(pacer, 100, undefined, by)).toBe(500);
      expect(pacer.limitedBy).toBe(by);
    },
  );

  it.each([
    [800, 800],
    [1500, 1500],
    [4000, 2500],
  ])(
    "delays requests by one request at the known rate after a 429 without a reset, 2.5 s at most: one in %i ms, %i ms",
    (every, delay) => {
      const pacer = started();
      // Nothing was accepted: the rate is one request in this time.
      pacer.rateLimited(0, pacer.sent(0, 10), { by: "requests", resetMs: every }, 0);
      const next = pacer.sent(every, 10);
      const known = 1000 / pacer.ratePerSecond;
      expect(known).toBeGreaterThan(0.9 * every);
      expect(pacer.rateLimited(every, next, { by: "requests", resetMs: undefined }, 0)).toBeCloseTo(
        Math.min(delay, known),
        6,
      );
    },
  );

  it("delays requests by the default after a 429 without a reset where tokens are limited", () => {
    const pacer = started();
    rateLimited(pacer, 100, 40_000, "tokens");
    expect(1000 / pacer.ratePerSecond).toBeGreaterThan(4000);
    expect(rateLimited(pacer, 40_100, undefined, "tokens")).toBe(500);
  });

  it("delays requests by the default after a 429 of tokens, even where few requests are accepted", () => {
    const pacer = started();
    rateLimited(pacer, 100, 40_000, "requests");
    expect(1000 / pacer.ratePerSecond).toBeGreaterThan(4000);
    expect(rateLimited(pacer, 40_100, undefined, "tokens")).toBe(500);
  });

  it("delays requests by 1 ms after a reset of 0", () => {
    expect(rateLimited(started(), 100, 0)).toBe(1);
  });

  it("estimates the rate from what was accepted, in requests or in tokens", () => {
    // 100 requests of 10 tokens each until 5000, when the delay is over.
    expect(limited().ratePerSecond).toBeCloseTo(20, 6);
    expect(limited("tokens").ratePerSecond).toBeCloseTo(200, 6);
  });

  it("estimates the rate from the first request on, whenever that is sent", () => {
    const pacer = new Pacer();
    const first = 10 * MINUTE;
    expect(pacer.observeIdle(first)).toBe(true);
    for (let at = 0; at < 100; at++) succeeded(pacer, first + at * 10);
    rateLimited(pacer, first + 1000, 4000);
    expect(pacer.ratePerSecond).toBeCloseTo(20, 6);
  });

  it("estimates the next rate without the requests that received a stale 429", () => {
    const pacer = started();
    for (let at = 0; at < 100; at++) succeeded(pacer, at * 10);
    const inFlight = Array.from({ length: 30 }, () => pacer.sent(1000, 10));
    for (const one of inFlight) pacer.rateLimited(1000, one, { by: "requests", resetMs: 4000 }, 0);
    for (let at = 0; at < 60; at++) succeeded(pacer, 5000 + at * 33);
    rateLimited(pacer, 7000, 4000);
    // The sample starts in the middle of the delay: 60 requests in 4 seconds.
    expect(pacer.ratePerSecond).toBeGreaterThan(14);
    expect(pacer.ratePerSecond).toBeLessThan(17);
  });

  it("estimates no rate from the default delay", () => {
    const pacer = started();
    for (let at = 0; at < 100; at++) succeeded(pacer, at * 10);
    rateLimited(pacer, 1000);
    expect(pacer.ratePerSecond).toBeCloseTo(100 / 1.5, 6);
  });

  it("keeps the limits of requests and of tokens, and returns the last one", () => {
    const pacer = limited("requests");
    const requests = pacer.ratePerSecond;
    expect(rateLimited(pacer, 5000, 1000, "tokens")).toBe(1000);
    expect(pacer.limitedBy).toBe("tokens");
    expect(pacer.ratePerSecond).not.toBe(requests);
    expect(sendTimes(pacer)).toEqual({ query: 6000, documents: 6000 });
  });

  it("spaces requests by the estimated rate", () => {
    const pacer = limited();
    succeeded(pacer, 5000);
    expect(pacer.nextSendTime(false)).toBeCloseTo(5050, 0);
    succeeded(pacer, 5050);
    expect(pacer.nextSendTime(false)).toBeCloseTo(5100, 0);
  });

  it("resumes at the rate after the first delay, because a window's unused quota is lost", () => {
    const pacer = limited();
    let left = 0;
    for (let at = 5000; at < 6000; at = pacer.nextSendTime(false)) {
      succeeded(pacer, at);
      left += 1;
    }
    expect(Math.abs(left - 20)).toBeLessThanOrEqual(1);
  });

  it("spaces requests by their tokens where tokens are limited", () => {
    const [light, heavy] = [10, 100].map((tokens) => {
      const pacer = limited("tokens");
      pacer.sent(5000, tokens);
      return pacer.nextSendTime(false);
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
    ["with the same limit", "requests", 1000, 1000],
    ["without a reset", "requests", undefined, 990],
    ["with another limit", "tokens", 1000, 1000],
    ["with an earlier reset", "requests", 500, 990],
    ["with a later reset", "requests", 5000, 5000],
  ])("keeps the rate and extends the delay only for a later reset: %s", (_, by, reset, expected) => {
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
function extraDelays(between: (pacer: Pacer, now: number) => void = () => {}): number[] {
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
  it("increases the extra delay up to 2.5 seconds, and limits it to a second after six 429s", () => {
    const [first, ...more] = extraDelays();
    expect(first).toBe(0);
    const growing = more.slice(0, 5);
    expect(growing).toEqual(growing.toSorted((one, other) => one - other));
    expect(growing[0]).toBeGreaterThan(500);
    expect(growing[1]).toBeGreaterThan(growing[0] as number);
    expect(growing.at(-1)).toBe(2500);
    expect(more.slice(5)).toEqual([1000, 1000, 1000, 1000]);
  });

  it("resets the extra delay after a success", () => {
    expect(extraDelays((pacer, now) => succeeded(pacer, now))).toEqual(Array(10).fill(0));
  });

  it("keeps the extra delay after a success of a request sent before the 429", () => {
    const pacer = started();
    const early = pacer.sent(0, 10);
    rateLimited(pacer, 100, 1000);
    pacer.succeeded(200, early);
    const wait = rateLimited(pacer, 1100, 1000, "requests", 0.999_999);
    expect(wait - 100 / pacer.ratePerSecond).toBeGreaterThan(1500);
  });

  it("adds no extra delay if the random number is 0", () => {
    const pacer = started();
    for (let again = 0; again < 10; again++) expect(rateLimited(pacer, 100 + again * 1000, 1000)).toBe(1000);
  });

  it("sends the next request at the end of the delay after more than six 429s in a row, regardless of the rate", () => {
    const pacer = started();
    rateLimited(pacer, 99, 1, "tokens");
    let now = 100;
    const owed = Array.from({ length: 7 }, () => {
      // More tokens than the rate allows within seconds.
      now += pacer.rateLimited(now, pacer.sent(now, 1_000_000), { by: "tokens", resetMs: 1 }, 0);
      return pacer.nextSendTime(false) - now;
    });
    for (const debt of owed.slice(0, 5)) expect(debt).toBeGreaterThan(1000);
    expect(owed.slice(5)).toEqual([0, 0]);
  });
});

describe("Pacer jitter", () => {
  it("spreads processes by up to a tenth of a request after a 429", () => {
    const [first, last] = [0, 1].map((random) => limited("requests", random).nextSendTime(false));
    expect(Number(last) - Number(first)).toBeCloseTo(0.1 * 50, 6);
  });
});

describe("Pacer probe: a high-priority request during a delay", () => {
  it("is due after one request at the estimated rate, because a bucket's reset is rounded up", () => {
    const { query, documents } = sendTimes(limited());
    expect(documents).toBe(5000);
    expect(query).toBeCloseTo(1000 + 50, 6);
  });

  it("is sent alone: the next one waits for its response, and then as long again", () => {
    const pacer = limited();
    const query = pacer.sent(1050, 10);
    expect(sendTimes(pacer)).toEqual({ query: 5000, documents: 5000 });
    pacer.succeeded(1100, query);
    expect(sendTimes(pacer).documents).toBe(5000);
    expect(sendTimes(pacer).query).toBeCloseTo(1100 + 50, 0);
  });

  it("keeps its time when another request succeeds", () => {
    const pacer = started();
    const waiting = [pacer.sent(0, 10), pacer.sent(0, 10)] as const;
    for (let at = 0; at < 98; at++) succeeded(pacer, at * 10);
    rateLimited(pacer, 1000, 4000);
    const { query } = sendTimes(pacer);
    pacer.succeeded(1040, waiting[0]);
    expect(sendTimes(pacer).query).toBe(query);
    pacer.sent(query, 10);
    pacer.succeeded(query + 10, waiting[1]);
    expect(sendTimes(pacer).query).toBe(5000);
  });

  it("is not allowed again after one received a 429: this server enforces its resets", () => {
    const pacer = limited();
    const rate = pacer.ratePerSecond;
    const query = pacer.sent(1050, 10);
    expect(pacer.rateLimited(1060, query, { by: "requests", resetMs: 3940 }, 0)).toBe(3940);
    expect(pacer.ratePerSecond).toBeCloseTo(rate, 1);
    expect(sendTimes(pacer)).toEqual({ query: 5000, documents: 5000 });
    const wait = rateLimited(pacer, 5000, 4000);
    expect(sendTimes(pacer)).toMatchObject({ query: 5000 + wait });
  });

  it("does not count as the second 429 in a row", () => {
    const pacer = limited();
    const query = pacer.sent(1050, 10);
    expect(pacer.rateLimited(1060, query, { by: "requests", resetMs: 3940 }, 0.999)).toBe(3940);
  });

  it("is not allowed where tokens are limited", () => {
    expect(sendTimes(limited("tokens"))).toEqual({ query: 5000, documents: 5000 });
  });

  it("is allowed again after a minute without traffic", () => {
    const pacer = limited();
    pacer.rateLimited(1060, pacer.sent(1050, 10), { by: "requests", resetMs: 4000 }, 0);
    const later = 5000 + 2 * MINUTE;
    pacer.observeIdle(later);
    for (let at = 0; at < 100; at++) succeeded(pacer, later + at * 10);
    rateLimited(pacer, later + 1000, 4000);
    expect(sendTimes(pacer).query).toBeLessThan(later + 2000);
  });
});

/** Receives a 429 at 1000 that delays until 61,000. */
function delayed(): Pacer {
  const pacer = started();
  for (let at = 0; at < 100; at++) succeeded(pacer, at * 10);
  rateLimited(pacer, 1000, 60_000);
  return pacer;
}

describe("Pacer with a reset of more than 7.5 seconds", () => {
  it("sends one request after 2.5 seconds, and the next at the end of the delay", () => {
    const pacer = delayed();
    expect(pacer.nextSendTime(false)).toBe(3500);
    pacer.sent(3500, 10);
    expect(pacer.nextSendTime(false)).toBeGreaterThanOrEqual(61_000);
  });

  it("does not send one during a shorter delay", () => {
    const pacer = started();
    for (let at = 0; at < 100; at++) succeeded(pacer, at * 10);
    rateLimited(pacer, 1000, 7400);
    expect(pacer.nextSendTime(false)).toBeGreaterThanOrEqual(8400);
  });

  it("ends the delay and forgets the rate if the server accepts that request", () => {
    const pacer = delayed();
    expect(pacer.succeeded(3520, pacer.sent(3500, 10))).toBe(true);
    expect(pacer.nextSendTime(false)).toBeLessThanOrEqual(3520);
    expect(pacer.limitedBy).toBeUndefined();
  });

  it("ignores later resets of more than five seconds, but not shorter ones", () => {
    const pacer = delayed();
    pacer.succeeded(3520, pacer.sent(3500, 10));
    expect(rateLimited(pacer, 4000, 5001)).toBe(500);
    expect(rateLimited(pacer, 5000, 3000)).toBe(3000);
    expect(rateLimited(pacer, 9000, 5000)).toBe(5000);
  });

  it("ignores later resets also after the server rejected a query during a short delay", () => {
    const pacer = delayed();
    pacer.succeeded(3520, pacer.sent(3500, 10));
    for (let at = 0; at < 100; at++) succeeded(pacer, 4000 + at * 10);
    rateLimited(pacer, 5000, 4000);
    const query = pacer.sent(5100, 10);
    expect(pacer.rateLimited(5110, query, { by: "requests", resetMs: 3890 }, 0)).toBe(3890);
    expect(rateLimited(pacer, 9000, 60_000)).toBe(500);
  });

  it("keeps the delay if the server rejects that request, and sends no other during a delay", () => {
    const pacer = delayed();
    const probe = pacer.sent(3500, 10);
    expect(pacer.rateLimited(3520, probe, { by: "requests", resetMs: 57_500 }, 0)).toBe(57_500);
    expect(pacer.nextSendTime(false)).toBeGreaterThanOrEqual(61_000);
    rateLimited(pacer, 62_000, 60_000);
    expect(pacer.nextSendTime(false)).toBeGreaterThanOrEqual(122_000);
  });

  it("keeps a shorter delay, even if the server accepts a query during it", () => {
    const pacer = limited();
    expect(pacer.succeeded(1100, pacer.sent(1050, 10))).toBe(false);
    expect(pacer.nextSendTime(false)).toBe(5000);
    expect(pacer.limitedBy).toBe("requests");
  });
});

/** Sends sixteen requests at once. The first and `rejected` others receive a 429. */
function burst(pacer: Pacer, now: number, rejected = 0): void {
  const [first, ...others] = Array.from({ length: 16 }, () => pacer.sent(now, 10));
  pacer.rateLimited(now + 20, first as SentRequest, { by: "requests", resetMs: 1000 }, 0);
  for (const [index, request] of others.entries()) {
    if (index < rejected) pacer.rateLimited(now + 30, request, { by: "requests", resetMs: 1000 }, 0);
    else pacer.succeeded(now + 30, request);
  }
}

describe("Pacer after a 429 without a limit", () => {
  it.each([0, 3])(
    "has no rate and no delay once the server accepted four in five of the later requests: %i 429s",
    (rejected) => {
      const pacer = started();
      burst(pacer, 0, rejected);
      expect(pacer.limitedBy).toBeUndefined();
      expect(pacer.nextSendTime(false)).toBeLessThanOrEqual(30);
    },
  );

  it("keeps the rate and the delay if the server rejected more of them", () => {
    const pacer = started();
    burst(pacer, 0, 4);
    expect(pacer.limitedBy).toBe("requests");
    expect(pacer.nextSendTime(false)).toBeGreaterThanOrEqual(1000);
  });

  it("keeps the rate and the delay if no request was in flight beside it", () => {
    const pacer = started();
    rateLimited(pacer, 0, 1000);
    expect(pacer.limitedBy).toBe("requests");
  });

  it("counts no success of a request that was sent before it", () => {
    const pacer = started();
    const earlier = Array.from({ length: 15 }, () => pacer.sent(0, 10));
    const [rejected] = [pacer.sent(10, 10), pacer.sent(10, 10), pacer.sent(10, 10)];
    pacer.rateLimited(20, rejected as SentRequest, { by: "requests", resetMs: 1000 }, 0);
    for (const request of earlier) pacer.succeeded(30, request);
    expect(pacer.limitedBy).toBe("requests");
  });

  it("is a limit once another 429 followed, whatever the server accepts then", () => {
    const pacer = started();
    rateLimited(pacer, 0, 1000);
    const [second, ...later] = Array.from({ length: 10 }, () => pacer.sent(2000, 10));
    pacer.rateLimited(2010, second as SentRequest, { by: "requests", resetMs: 1000 }, 0);
    for (const request of later) pacer.succeeded(2020, request);
    expect(pacer.limitedBy).toBe("requests");
  });

  it("is a limit if more than 4 % of all requests received a 429", () => {
    const pacer = started();
    const limits = Array.from({ length: 20 }, (_, round) => {
      burst(pacer, round * 100);
      return pacer.limitedBy;
    });
    expect(limits.slice(0, 4)).toEqual(Array(4).fill(undefined));
    expect(limits.at(-1)).toBe("requests");
  });

  it("is treated as random for any number of 429s up to 4 % of all requests", () => {
    const pacer = started();
    for (let round = 0; round < 100; round++) {
      burst(pacer, round * 100);
      succeeded(pacer, round * 100 + 50, 20);
    }
    expect(pacer.limitedBy).toBeUndefined();
  });
});

describe("Pacer in an outage", () => {
  it("changes neither rate nor due time with a probe", () => {
    const pacer = limited();
    const [rate, due] = [pacer.ratePerSecond, pacer.nextSendTime(false)];
    for (let at = 6000; at < 30_000; at += 1000) pacer.sent(at, 10, true);
    expect(pacer.ratePerSecond).toBe(rate);
    expect(pacer.nextSendTime(false)).toBe(due);
  });

  it("leaves its time out of the estimate", () => {
    const rates = [0, 30_000].map((outageMs) => {
      const pacer = limited();
      pacer.skip(outageMs);
      for (let at = 0; at < 200; at++) succeeded(pacer, 5000 + outageMs + at * 50);
      return pacer.ratePerSecond;
    });
    expect(rates[1]).toBeCloseTo(rates[0] as number, 6);
    expect(rates[0]).toBeGreaterThan(20);
  });
});

describe("Pacer after an outage", () => {
  it("holds the rate after a second 429 as long as without the outage", () => {
    const rates = [0, 30_000].map((outageMs) => {
      const pacer = limited();
      for (let at = 0; at < 40; at++) succeeded(pacer, 5000 + at * 50);
      rateLimited(pacer, 7000, 1000);
      const held = pacer.ratePerSecond;
      pacer.skip(outageMs);
      for (let at = 0; at < 120; at++) succeeded(pacer, 8000 + outageMs + at * 100);
      return pacer.ratePerSecond - held;
    });
    expect(rates).toEqual([0, 0]);
  });
});

describe("Pacer after the first 429 of tokens", () => {
  it("doubles its rate until the next 429, because a bucket holds less than the traffic of the delay", () => {
    const [requests, tokens] = [limited("requests"), limited("tokens")];
    for (const pacer of [requests, tokens]) {
      for (let at = 0; at < 60; at++) succeeded(pacer, 5000 + at * 50);
    }
    expect(tokens.ratePerSecond / 10).toBeGreaterThan(2 * requests.ratePerSecond);
  });
});

describe("Pacer after a minute without traffic", () => {
  it("forgets the limit, and returns whether it did", () => {
    const pacer = limited();
    expect(pacer.observeIdle(5000 + MINUTE)).toBe(false);
    expect(pacer.limitedBy).toBe("requests");
    expect(pacer.observeIdle(5001 + MINUTE)).toBe(true);
    expect(pacer.limitedBy).toBeUndefined();
    expect(pacer.ratePerSecond).toBe(Infinity);
  });

  it("keeps the limit until a delay is over, even a long one", () => {
    const pacer = started();
    rateLimited(pacer, 100, 2 * MINUTE);
    pacer.observeIdle(100 + 2 * MINUTE);
    expect(pacer.limitedBy).toBe("requests");
  });

  it("estimates the next limit from requests sent since", () => {
    const pacer = limited();
    const later = 10 * MINUTE;
    pacer.observeIdle(later);
    succeeded(pacer, later, 9);
    rateLimited(pacer, later + 500, 500);
    expect(pacer.ratePerSecond).toBeLessThan(20);
  });

  it("resets the count of 429s in a row", () => {
    const pacer = started();
    for (let again = 0; again < 4; again++) rateLimited(pacer, 100 + again * 1000, 1000);
    const later = 10 * MINUTE;
    pacer.observeIdle(later);
    const wait = rateLimited(pacer, later, 1000, "requests", 0.999_999);
    expect(wait - 100 / pacer.ratePerSecond).toBeCloseTo(1000, 0);
  });
});

describe("Pacer.nextSendTime", () => {
  it.each<[string, () => Pacer]>([
    ["before the first 429", started],
    ["after a 429", limited],
  ])("returns the same when called again %s, and forgets nothing", (_, create) => {
    const pacer = create();
    const { limitedBy, ratePerSecond } = pacer;
    const before = sendTimes(pacer);
    expect(sendTimes(pacer)).toEqual(before);
    expect(pacer).toMatchObject({ limitedBy, ratePerSecond });
  });

  it("returns a time a few seconds away at most after a large request, with a rate of small requests", () => {
    const pacer = started();
    // A query of five tokens receives a 429 while the rate is still used by a batch of six thousand.
    const query = pacer.sent(400, 5);
    pacer.rateLimited(900, query, { by: "tokens", resetMs: undefined }, 0);
    pacer.sent(2000, 6000);
    expect(pacer.ratePerSecond).toBeLessThan(20);
    expect(pacer.nextSendTime(false)).toBeLessThan(2000 + 3000);
  });
});
