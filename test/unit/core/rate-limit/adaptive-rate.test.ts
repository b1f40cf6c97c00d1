import { describe, expect, it } from "vitest";
import { AdaptiveRate } from "../../../../src/core/rate-limit/adaptive-rate.js";
import type { RequestPosition } from "../../../../src/core/rate-limit/request-position.js";

/** Counts the requests sent so far, and creates the position of the next one. */
class Traffic {
  #weight = 0;
  #requests = 0;
  readonly #each: number;

  /** @param each - The weight of each request by default. */
  constructor(requests = 0, each = 1) {
    this.#each = each;
    for (let request = 0; request < requests; request++) this.next();
  }

  /** Returns the position of the next request. */
  next(weight = this.#each): RequestPosition {
    const position = {
      weight,
      weightBefore: this.#weight,
      requestsBefore: this.#requests,
      acceptedBefore: this.#weight,
    };
    this.#weight += weight;
    this.#requests += 1;
    return position;
  }
}

const START = { at: 0, weight: 0, requests: 0 };

interface Subject {
  readonly rate: AdaptiveRate;
  readonly traffic: Traffic;
}

/** Creates a rate from a first 429 at 1000, after so many requests and with this reset. */
function afterFirst429({
  accepted = 100,
  reset = 4000 as number | undefined,
  resumesAt = 5000,
} = {}): Subject {
  const traffic = new Traffic(accepted);
  return { rate: new AdaptiveRate(1000, traffic.next(), START, reset, resumesAt), traffic };
}

/** Sends requests at even intervals; returns the time of the next one. */
function send({ rate, traffic }: Subject, from: number, count: number, every: number): number {
  for (let at = 0; at < count; at++) rate.sent(from + at * every, traffic.next());
  return from + count * every;
}

/** Sends each request when it is due until the rate rises; returns how many and for how long. */
function held({ rate, traffic }: Subject, from: number): { requests: number; seconds: number; at: number } {
  const { perMs } = rate;
  let at = from;
  let requests = 0;
  for (; rate.perMs === perMs && requests < 10_000; requests++) {
    at = Math.max(at, rate.due);
    rate.sent(at, traffic.next());
  }
  return { requests, seconds: (at - from) / 1000, at };
}

/** Sends each request when it is due until the rate has caught up; returns how many, and when the next is due. */
function catchUp({ rate, traffic }: Subject, from: number): { count: number; at: number } {
  let at = from;
  let count = 0;
  for (; count < 1000; count++) {
    const next = traffic.next();
    rate.sent(at, next);
    const wait = rate.due - at;
    at = rate.due;
    if (wait > (0.9 * next.weight) / rate.perMs) break;
  }
  return { count, at };
}

/**
 * Creates a rate that received a 429 while probing. The server accepts one request in so many milliseconds, and at once
 * as many as were due in its first delay: no two after a delay of a single request.
 */
function heldAfterProbing(
  every: number,
  delayedRequests = 4,
  weight = 1,
): Subject & { now: number; before: number } {
  const traffic = new Traffic(100 + delayedRequests, weight);
  const start = { at: -100 * every, weight: 0, requests: 0 };
  const rate = new AdaptiveRate(0, traffic.next(), start, 1000, delayedRequests * every);
  // So many that requests × seconds are 80: an eighth above the limit.
  const now = send({ rate, traffic }, delayedRequests * every, Math.round(Math.sqrt(80_000 / every)), every);
  const before = rate.perMs;
  rate.rateLimited(now, traffic.next());
  return { rate, traffic, now, before };
}

describe("AdaptiveRate after the first 429", () => {
  it.each([
    [100, 5000, 20],
    [100, 2000, 50],
    [10, 5000, 2],
    // The request with the 429 counts as accepted at the end of the delay. Otherwise there would be no rate.
    [0, 5000, 0.2],
    [1, 5000, 0.2],
  ])(
    "estimates what was accepted by the end of the delay: %i until %i ms are %d per second",
    (accepted, resumesAt, rate) => {
      expect(afterFirst429({ accepted, resumesAt }).rate.perMs * 1000).toBeCloseTo(rate, 9);
    },
  );

  it("counts what was accepted since the start of traffic, not before", () => {
    const traffic = new Traffic(100);
    const start = { at: 500, weight: 60, requests: 60 };
    const rate = new AdaptiveRate(1000, traffic.next(), start, 1000, 2500);
    expect(rate.perMs * 1000).toBeCloseTo(20, 9);
  });

  it("estimates a finite rate even if no time passed", () => {
    const rate = new AdaptiveRate(0, new Traffic(5).next(), START, 0, 0);
    expect(rate.perMs).toBe(5);
  });

  it("makes the next request due at the end of the delay", () => {
    expect(afterFirst429().rate.due).toBe(5000);
  });
});

describe("AdaptiveRate with a reset that is not a whole second", () => {
  it("takes a short reset for the time that a bucket needs for this request", () => {
    expect(1 / afterFirst429({ reset: 60 }).rate.perMs).toBeCloseTo(60, 9);
  });

  it("divides the weight of the request by the reset", () => {
    const rate = new AdaptiveRate(1000, { ...new Traffic(100, 50).next(50) }, START, 250, 1250);
    expect(rate.perMs).toBeCloseTo(50 / 250, 9);
  });

  it("does not raise the rate above what was accepted", () => {
    expect(afterFirst429({ reset: 3.5 }).rate.perMs * 1000).toBeCloseTo(20, 9);
  });

  it.each([
    ["whole seconds are rounded", 1000],
    ["it is longer than all traffic, so not a bucket's", 1500.5],
    ["it is a whole second, as long as all traffic", 1000],
    ["there is none", undefined],
    ["it is 0", 0],
  ])("ignores the reset if %s", (_, reset) => {
    const { rate } = afterFirst429({ reset });
    expect(rate.perMs * 1000).toBeCloseTo(20, 9);
    rate.observeReset(999.5, 1);
    expect(rate.perMs * 1000).toBeCloseTo(20, 9);
  });

  it("ignores a reset longer than all traffic, whenever that started", () => {
    const start = { at: 500, weight: 0, requests: 0 };
    const rate = new AdaptiveRate(1000, new Traffic(100).next(), start, 600.5, 5500);
    expect(rate.perMs * 1000).toBeCloseTo(20, 9);
  });

  it("takes the longest of several resets, because a bucket that refills meanwhile names parts of the time", () => {
    const { rate } = afterFirst429({ reset: 60 });
    rate.observeReset(90, 1);
    expect(1 / rate.perMs).toBeCloseTo(90, 9);
    rate.observeReset(70, 1);
    expect(1 / rate.perMs).toBeCloseTo(90, 9);
    rate.observeReset(2000, 1);
    expect(1 / rate.perMs).toBeCloseTo(90, 9);
    rate.observeReset(200, 2);
    expect(1 / rate.perMs).toBeCloseTo(100, 9);
  });

  it("ignores resets once the rate has been measured", () => {
    const subject = afterFirst429({ reset: 60, resumesAt: 1060 });
    const now = send(subject, 1060, 40, 60);
    subject.rate.rateLimited(now, subject.traffic.next());
    const { perMs } = subject.rate;
    subject.rate.observeReset(999.5, 1);
    expect(subject.rate.perMs).toBe(perMs);
  });
});

describe("AdaptiveRate.due", () => {
  it("spaces requests by the rate", () => {
    const { rate, traffic } = afterFirst429();
    rate.sent(5000, traffic.next());
    expect(rate.due).toBeCloseTo(5050, 6);
    rate.sent(5050, traffic.next());
    expect(rate.due).toBeCloseTo(5100, 0);
  });

  it("spaces requests by their weight", () => {
    const { rate, traffic } = afterFirst429();
    rate.sent(5000, traffic.next(10));
    expect(rate.due).toBeCloseTo(5500, 6);
  });

  it("catches up on the unused quota of a delay at twice the rate", () => {
    const { rate, traffic } = afterFirst429();
    rate.sent(6000, traffic.next());
    expect(rate.due).toBeCloseTo(6025, 6);
    rate.sent(6025, traffic.next());
    expect(rate.due).toBeCloseTo(6050, 0);
  });

  it("catches up on no more than the server accepts at once", () => {
    // What was accepted beyond the rate, less the request with the 429.
    const subject = heldAfterProbing(50, 20);
    const { at, count } = catchUp(subject, 100_000);
    // At twice the rate, one in two is due anyway.
    expect(count).toBeGreaterThan(2 * 19 - 4);
    expect(count).toBeLessThan(2 * 19 + 4);
    expect(at).toBeGreaterThan(100_000);
  });

  it("does not catch up where the server accepts no two requests at once", () => {
    const { rate, traffic } = afterFirst429({ accepted: 1, reset: 1000, resumesAt: 1500 });
    rate.sent(100_000, traffic.next());
    expect(rate.due).toBeGreaterThanOrEqual(100_000 + 0.99 / rate.perMs);
  });

  it("is a few seconds away at most, even after a very heavy request or a long delay", () => {
    const { rate, traffic } = afterFirst429();
    rate.sent(5000, traffic.next(1_000_000));
    expect(rate.due).toBeGreaterThan(6000);
    expect(rate.due).toBeLessThan(5000 + 4000);
    const after = afterFirst429();
    after.rate.sent(100_000, after.traffic.next(1_000_000));
    expect(after.rate.due).toBeLessThan(100_000 + 4000);
  });

  it("moves to the time of dueNoLaterThan, but never later", () => {
    const { rate, traffic } = afterFirst429();
    rate.sent(5000, traffic.next(40));
    expect(rate.due).toBe(7000);
    rate.dueNoLaterThan(5500);
    expect(rate.due).toBe(5500);
    rate.dueNoLaterThan(9000);
    expect(rate.due).toBe(5500);
  });
});

describe("AdaptiveRate.highPriorityDue", () => {
  it("is earlier than due by what the server accepted at once", () => {
    const { rate } = afterFirst429();
    expect(rate.highPriorityDue).toBeCloseTo(5000 - 79 * 50, 6);
  });

  it("equals due where the server accepted no two requests at once", () => {
    const { rate } = afterFirst429({ accepted: 1, reset: 1000, resumesAt: 2000 });
    expect(rate.highPriorityDue).toBe(2000);
  });

  it("is earlier than due by one request even after the server rejected catching up", () => {
    const subject = afterFirst429();
    // Catches up at twice the rate and receives a 429 at once.
    const now = send(subject, 20_000, 4, 25);
    subject.rate.rateLimited(now, subject.traffic.next());
    expect((subject.rate.due - subject.rate.highPriorityDue) * subject.rate.perMs).toBeCloseTo(1, 6);
  });
});

describe("AdaptiveRate while it probes from a first guess", () => {
  it("rises at once, slowly at first, and doubles in 80 requests at 20 per second", () => {
    const subject = afterFirst429();
    send(subject, 5000, 8, 50);
    expect(subject.rate.perMs * 1000).toBeGreaterThan(20);
    expect(subject.rate.perMs * 1000).toBeLessThan(20.2);
    // 80 requests in 4 seconds are 320 requests × seconds.
    send(subject, 5400, 73, 50);
    expect(subject.rate.perMs * 1000).toBeGreaterThan(36);
    expect(subject.rate.perMs * 1000).toBeLessThan(44);
  });

  it("rises faster and faster", () => {
    const subject = afterFirst429();
    const rates = [0, 1, 2, 3].map((part) => {
      send(subject, 5000 + part * 1000, 20, 50);
      return subject.rate.perMs;
    }) as [number, number, number, number];
    expect(rates[3] - rates[2]).toBeGreaterThan(rates[2] - rates[1]);
    expect(rates[2] - rates[1]).toBeGreaterThan(rates[1] - rates[0]);
  });

  it("does not decrease while requests are slower than the rate", () => {
    const subject = afterFirst429();
    send(subject, 5000, 40, 50);
    const { perMs } = subject.rate;
    subject.rate.sent(7000, subject.traffic.next());
    expect(subject.rate.perMs).toBeGreaterThanOrEqual(perMs);
  });
});

describe("AdaptiveRate after a 429 while probing", () => {
  it.each([20, 50, 80])("holds a few percent below what was accepted, one in %i ms", (every) => {
    const { rate, before } = heldAfterProbing(every);
    expect(rate.perMs).toBeLessThan(before);
    expect(rate.perMs * every).toBeGreaterThan(0.94);
    expect(rate.perMs * every).toBeLessThan(0.98);
  });

  it("holds a tenth below where the server accepts no two at once, because other clients need a gap", () => {
    const { rate } = heldAfterProbing(50, 1);
    expect(rate.perMs * 50).toBeGreaterThan(0.87);
    expect(rate.perMs * 50).toBeLessThan(0.93);
  });

  it("decreases to half at most, and never increases", () => {
    const slow = afterFirst429();
    send(slow, 5000, 40, 50);
    const { perMs } = slow.rate;
    // Nothing was sent for a minute.
    slow.rate.rateLimited(60_000, slow.traffic.next());
    expect(slow.rate.perMs / perMs).toBeGreaterThan(0.45);
    expect(slow.rate.perMs / perMs).toBeLessThan(0.5);
    const fast = afterFirst429();
    const now = send(fast, 5000, 400, 1);
    const before = fast.rate.perMs;
    fast.rate.rateLimited(now, fast.traffic.next());
    expect(fast.rate.perMs).toBeLessThan(before);
  });

  it("keeps the rate as the limit if probing has just started", () => {
    const subject = heldAfterProbing(50);
    const { at } = held(subject, subject.now);
    const now = send(subject, at + 50, 2, 50);
    const { perMs } = subject.rate;
    subject.rate.rateLimited(now + 500, subject.traffic.next());
    expect(subject.rate.perMs / perMs).toBeGreaterThan(0.94);
    expect(subject.rate.perMs / perMs).toBeLessThan(0.98);
  });

  it("holds the rate for 245 requests at 20 per second, or as many requests × seconds", () => {
    for (const every of [10, 50, 80]) {
      const subject = heldAfterProbing(every);
      const { requests, seconds } = held(subject, subject.now);
      expect(requests * seconds).toBeGreaterThan(2700);
      expect(requests * seconds).toBeLessThan(3400);
    }
  });

  it("holds the rate for some 85 requests even if they are slow", () => {
    const subject = heldAfterProbing(1000);
    const { requests } = held(subject, subject.now);
    expect(requests).toBeGreaterThan(75);
    expect(requests).toBeLessThan(95);
  });

  it("probes again after the hold, slowly, from the held rate", () => {
    const subject = heldAfterProbing(50);
    const { at } = held(subject, subject.now);
    const { perMs } = subject.rate;
    expect(perMs * 50).toBeLessThan(1.01);
    send(subject, at + 50, 90, 50);
    expect(subject.rate.perMs * 50).toBeGreaterThan(1.6);
  });
});

/** Holds a tenth below one in 50 ms, and receives a 429 after so many more, one in so many milliseconds. */
function limitedAgain(requests: number, every: number): { share: number } & Subject & { now: number } {
  const subject = heldAfterProbing(50, 1);
  const { perMs } = subject.rate;
  const now = send(subject, subject.now, requests, every);
  subject.rate.rateLimited(now, subject.traffic.next());
  return { ...subject, now, share: subject.rate.perMs / perMs };
}

describe("AdaptiveRate after a 429 before probing", () => {
  it("keeps the rate if fewer than five requests were due", () => {
    expect(limitedAgain(3, 50).share).toBe(1);
    expect(limitedAgain(4, 50).share).toBe(1);
  });

  it("decreases by at least 15 % after an early 429", () => {
    const { share } = limitedAgain(50, 56);
    expect(share).toBeGreaterThan(0.8);
    expect(share).toBeLessThan(0.9);
  });

  it("decreases to the average rate where that is less", () => {
    const { rate } = limitedAgain(50, 80);
    expect(rate.perMs * 80).toBeGreaterThan(0.95);
    expect(rate.perMs * 80).toBeLessThan(1.05);
  });

  it("decreases to a tenth at most", () => {
    const { share } = limitedAgain(2, 30_000);
    expect(share).toBeGreaterThan(0.05);
    expect(share).toBeLessThan(0.2);
  });

  it("holds the rate for a while if the average is close, and probes at once if it is much lower", () => {
    const near = limitedAgain(50, 60);
    const nearHeld = held(near, near.now);
    expect(nearHeld.requests * nearHeld.seconds).toBeGreaterThan(300);
    expect(nearHeld.requests * nearHeld.seconds).toBeLessThan(700);
    const far = limitedAgain(20, 200);
    expect(held(far, far.now).requests).toBeLessThan(5);
  });

  it("holds a little below the average rate after a late 429", () => {
    // 120 requests in 6 seconds are more than 500 requests × seconds.
    const subject = heldAfterProbing(50);
    subject.rate.rateLimited(send(subject, subject.now, 120, 52), subject.traffic.next());
    expect(subject.rate.perMs * 52).toBeGreaterThan(0.94);
    expect(subject.rate.perMs * 52).toBeLessThan(0.98);
  });

  it("holds the rate for an eighth of the time after a late 429", () => {
    const late = limitedAgain(120, 58);
    const { requests, seconds } = held(late, late.now);
    expect(requests * seconds).toBeGreaterThan(300);
    expect(requests * seconds).toBeLessThan(700);
  });
});

/** Sends so many requests at twice the rate after a long delay; the next one receives a 429. */
function afterCatchingUp(requests: number): Subject & { now: number; before: number } {
  const subject = afterFirst429();
  const now = send(subject, 20_000, requests, 25);
  const before = subject.rate.perMs;
  subject.rate.rateLimited(now, subject.traffic.next());
  return { ...subject, now, before };
}

describe("AdaptiveRate after a 429 while catching up on a delay", () => {
  it("stops catching up and keeps the rate", () => {
    const { rate, traffic, now, before } = afterCatchingUp(10);
    expect(rate.perMs).toBe(before);
    rate.sent(now + 10_000, traffic.next());
    expect(rate.due).toBeGreaterThanOrEqual(now + 10_000 + 0.99 / rate.perMs);
  });

  it("stops catching up after a single request", () => {
    const { rate, traffic, now } = afterCatchingUp(1);
    rate.sent(now + 10_000, traffic.next());
    expect(rate.due).toBeGreaterThanOrEqual(now + 10_000 + 0.99 / rate.perMs);
  });

  it("keeps the burst if the client did not catch up", () => {
    const { rate, traffic } = afterFirst429();
    const ahead = (rate.due - rate.highPriorityDue) * rate.perMs;
    rate.rateLimited(5000, traffic.next());
    expect((rate.due - rate.highPriorityDue) * rate.perMs).toBeCloseTo(ahead, 6);
  });

  it("decreases the rate after the next 429", () => {
    const subject = afterCatchingUp(10);
    const now = send(subject, subject.now + 10_000, 50, 100);
    subject.rate.rateLimited(now, subject.traffic.next());
    expect(subject.rate.perMs).toBeLessThan(subject.before);
  });

  it("decreases the rate and keeps the burst when the client sent much since", () => {
    const subject = heldAfterProbing(50, 20);
    const { count, at } = catchUp(subject, 100_000);
    const { perMs } = subject.rate;
    const now = send(subject, at, 3 * count, 1 / perMs);
    subject.rate.rateLimited(now, subject.traffic.next());
    expect(subject.rate.perMs).toBeLessThan(perMs);
    // And it still catches up on unused quota.
    subject.rate.sent(now + 100_000, subject.traffic.next());
    expect(subject.rate.due).toBeLessThan(now + 100_000 + 0.6 / subject.rate.perMs);
  });
});

/** Returns rates and due times over a series of 429s, per unit of weight. */
function life(delayedRequests: number, weight: number): number[] {
  const subject = heldAfterProbing(50, delayedRequests, weight);
  const seen = [subject.rate.perMs];
  const { at } = catchUp(subject, 100_000);
  seen.push(subject.rate.highPriorityDue, at);
  for (const [count, every] of [
    [3, 50],
    [30, 80],
    [200, 90],
    [5, 20],
  ] as const) {
    const now = send(subject, subject.rate.due, count, every);
    subject.rate.rateLimited(now, subject.traffic.next());
    seen.push(subject.rate.perMs, subject.rate.due, subject.rate.highPriorityDue);
  }
  return seen.map((value) => (value < 1000 ? value / weight : value));
}

describe("AdaptiveRate of tokens", () => {
  it.each([1, 2, 4, 20])(
    "equals a rate of requests if all weigh the same, with %i accepted at once",
    (delayedRequests) => {
      const [requests, tokens] = [life(delayedRequests, 1), life(delayedRequests, 50)];
      for (const [at, value] of tokens.entries()) expect(value).toBeCloseTo(requests[at] as number, 6);
    },
  );
});

/** Creates the position of a request with a 429 after so much was accepted. */
function positionAt(acceptedBefore: number, sentBefore: number, weight = 1): RequestPosition {
  return { weight, weightBefore: sentBefore, requestsBefore: sentBefore, acceptedBefore };
}

/** Creates the rate for a bucket of ten requests, ten per second, with the first 429 after 60 ms. */
function bucketOfTen(): AdaptiveRate {
  return new AdaptiveRate(60, positionAt(10, 10), START, 61, 121);
}

describe("AdaptiveRate with two exact resets", () => {
  it("measures what a bucket refilled between their ends, however full it was", () => {
    // Six receive a 429, one more is accepted, and the next has to wait until 221.
    const rate = bucketOfTen();
    expect(rate.perMs * 1000).toBeCloseTo(1000 / 61, 6);
    rate.rateLimited(152, positionAt(11, 17), 69);
    expect(rate.perMs * 1000).toBeCloseTo(10, 6);
  });

  it("counts the weight of each request in tokens", () => {
    const rate = new AdaptiveRate(60, positionAt(100, 100, 20), START, 61, 121);
    rate.rateLimited(552, positionAt(160, 260, 5), 99);
    // 60 were accepted; of the 20 of the first wait, 5 are waited for now.
    expect(rate.perMs).toBeCloseTo((160 - 100 + 5 - 20) / (552 + 99 - 60 - 61), 9);
  });

  it("decreases to half at most where little was accepted, because other clients may have taken the rest", () => {
    const rate = bucketOfTen();
    rate.rateLimited(600, positionAt(11, 17), 21);
    expect(rate.perMs * 1000).toBeCloseTo(500 / 61, 6);
    const much = bucketOfTen();
    much.rateLimited(921, positionAt(15, 20), 100);
    expect(much.perMs * 1000).toBeCloseTo(5000 / 900, 6);
  });

  it("holds a little below the measured rate if they are a second apart", () => {
    const rate = bucketOfTen();
    rate.rateLimited(1100, positionAt(20, 26), 21);
    expect(rate.perMs * 1000).toBeCloseTo(10 * 0.96, 6);
    rate.observeReset(900, 1);
    expect(rate.perMs * 1000).toBeCloseTo(10 * 0.96, 6);
  });

  it.each([
    ["the second ends first", 100, positionAt(12, 17), 10.5],
    ["nothing was accepted between them", 152, positionAt(10, 17), 69],
    ["they mean more than the rate", 152, positionAt(40, 50), 69],
  ])("keeps the rate if %s", (_, now, request, resetMs) => {
    const rate = bucketOfTen();
    rate.rateLimited(now, request, resetMs);
    expect(rate.perMs * 1000).toBeCloseTo(1000 / 61, 6);
  });

  it("ignores resets that end at the same time, as those of a window", () => {
    const rate = new AdaptiveRate(60, positionAt(20, 20), START, 940.5, 1000.5);
    const { perMs } = rate;
    rate.rateLimited(100, positionAt(20, 30), 900.5);
    expect(rate.perMs).toBe(perMs);
  });
});

describe("AdaptiveRate: the longest time between two requests", () => {
  it.each([
    ["a few seconds where the server is fast", 20, 1000, 2500],
    ["twice the time of a request at the first 429 where the server is slow", 1, 4000, 8000],
    ["ten seconds at most", 1, 60_000, 10_000],
    [
      "a few seconds where nothing was accepted before, because other clients may be the cause",
      0,
      60_000,
      2500,
    ],
  ])("is %s", (_, accepted, resumesAt, longest) => {
    const rate = new AdaptiveRate(0, positionAt(accepted, accepted), START, undefined, resumesAt);
    rate.sent(resumesAt, positionAt(accepted, accepted, 1_000_000));
    expect(rate.due - resumesAt).toBeCloseTo(longest, 6);
  });
});
