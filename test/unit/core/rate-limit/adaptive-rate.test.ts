import { describe, expect, it } from "vitest";
import { AdaptiveRate, type Snapshot } from "../../../../src/core/rate-limit/adaptive-rate.js";

/** A first 429, and the traffic that the server accepted before it. */
interface First429 {
  readonly at?: number;
  readonly accepted?: number;
  readonly resumesAt?: number;
  readonly weight?: number;
  readonly isLow?: boolean;
  readonly start?: Snapshot;
}

/** A rate, and its traffic. The server accepts every request that is sent with `send`. */
class Subject {
  readonly rate: AdaptiveRate;
  readonly #weight: number;
  #accepted: number;
  #requests: number;

  /** Receives a first 429 at 1000, after 100 requests, which delays until 5000: 20 per second. */
  constructor({
    at = 1000,
    accepted = 100,
    resumesAt = 5000,
    weight = 1,
    isLow = false,
    start = { at: 0, accepted: 0, requests: 0 },
  }: First429 = {}) {
    this.#weight = weight;
    this.#accepted = accepted * weight;
    this.#requests = accepted;
    this.rate = new AdaptiveRate(this.#snapshot(at), weight, start, resumesAt, isLow);
  }

  /** Units per second. */
  get perSecond(): number {
    return (this.rate.perMs * 1000) / this.#weight;
  }

  /** Sends requests at even intervals; returns the time of the next one. */
  send(from: number, count: number, every: number, weight = this.#weight): number {
    for (let index = 0; index < count; index++) {
      this.rate.sent(this.#snapshot(from + index * every), weight);
      this.#accepted += weight;
      this.#requests += 1;
    }
    return from + count * every;
  }

  /** Sends each request when it is due, while `goOn` returns true; returns how many, and for how long. */
  sendWhenDue(from: number, goOn: () => boolean): { requests: number; seconds: number; at: number } {
    let at = from;
    let requests = 0;
    for (; goOn() && requests < 10_000; requests++) {
      at = Math.max(at, this.rate.due);
      this.send(at, 1, 0);
    }
    return { requests, seconds: (at - from) / 1000, at };
  }

  /** Sends requests when they are due until the rate rises. */
  sendUntilClimb(from: number): { requests: number; seconds: number; at: number } {
    const { perMs } = this.rate;
    return this.sendWhenDue(from, () => this.rate.perMs === perMs);
  }

  /** Receives another 429. */
  rateLimited(now: number, resumesAt = now): void {
    this.rate.rateLimited(this.#snapshot(now), this.#weight, resumesAt);
    this.#requests += 1;
  }

  #snapshot(at: number): Snapshot {
    return { at, accepted: this.#accepted, requests: this.#requests };
  }
}

/** Receives a 429 while the rate climbs. The server accepts a request per `every` milliseconds, and at first more. */
function limitedWhileClimbing(every: number, accepted = 2): Subject & { now: number; before: number } {
  const start = { at: -accepted * every, accepted: 0, requests: 0 };
  const subject = new Subject({ at: 0, accepted, resumesAt: 0, start });
  const now = subject.send(0, Math.round(Math.sqrt(80_000 / every)), every);
  const before = subject.perSecond;
  subject.rateLimited(now);
  return Object.assign(subject, { now, before });
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
      expect(new Subject({ accepted, resumesAt }).perSecond).toBeCloseTo(rate, 9);
    },
  );

  it("counts what was accepted since the start of traffic, not before", () => {
    const start = { at: 500, accepted: 60, requests: 60 };
    expect(new Subject({ start, resumesAt: 2500 }).perSecond).toBeCloseTo(20, 9);
  });

  it("treats a burst as the traffic of one second, and regains the faster rate by doubling", () => {
    const subject = new Subject({ at: 50, accepted: 20, resumesAt: 100 });
    expect(subject.perSecond).toBeCloseTo(20, 9);
    let now = 100;
    const rates = Array.from({ length: 3 }, () => {
      now = subject.send(now, 50, 20);
      return subject.perSecond;
    });
    expect(rates[0]).toBeGreaterThan(35);
    expect(rates[1]).toBeGreaterThan(70);
    expect(rates[2]).toBeGreaterThan(140);
  });

  it.each([
    [4, 1, 40],
    [5, 1, 5],
    [4, 50, 40],
    [5, 50, 5],
  ])("treats five requests as a burst, and not fewer: %i of weight %i", (accepted, weight, rate) => {
    expect(new Subject({ at: 50, accepted, weight, resumesAt: 100 }).perSecond).toBeCloseTo(rate, 9);
  });

  it("sends the next request within 2.5 s if nothing was accepted, however long the delay", () => {
    const subject = new Subject({ accepted: 0, resumesAt: 20_000 });
    subject.send(20_000, 1, 0);
    expect(subject.rate.due).toBe(22_500);
  });

  it("estimates a finite rate even if no time passed", () => {
    expect(new Subject({ at: 0, accepted: 0, resumesAt: 0 }).rate.perMs).toBe(1);
  });

  it("makes the next request due at the end of the delay", () => {
    expect(new Subject().rate.due).toBe(5000);
  });

  it.each([
    ["nothing was accepted", { accepted: 0, resumesAt: 1500 }],
    ["the estimate is known to be too low", { isLow: true, resumesAt: 5000 }],
  ])("doubles the rate each second until the next 429 if %s", (_, first) => {
    const subject = new Subject(first);
    const before = subject.perSecond;
    const now = subject.send(first.resumesAt, 100, 80);
    expect(subject.perSecond).toBeGreaterThan(100 * before);
    subject.rateLimited(now);
    const after = subject.perSecond;
    subject.send(now, 40, 80);
    expect(subject.perSecond).toBeLessThan(2 * after);
  });
});

describe("AdaptiveRate.due", () => {
  it("spaces requests by the rate", () => {
    const subject = new Subject();
    subject.send(5000, 1, 0);
    expect(subject.rate.due).toBeCloseTo(5050, 6);
    subject.send(5050, 1, 0);
    expect(subject.rate.due).toBeCloseTo(5100, 0);
  });

  it("spaces requests by their weight", () => {
    const subject = new Subject();
    subject.send(5000, 1, 0, 10);
    expect(subject.rate.due).toBeCloseTo(5500, 6);
  });

  it("does not catch up on the unused quota of a delay", () => {
    const subject = new Subject();
    subject.send(20_000, 1, 0);
    expect(subject.rate.due).toBeCloseTo(20_000 + 1 / subject.rate.perMs, 6);
  });

  it("is 2.5 seconds away at most, even after a very heavy request or a long delay", () => {
    const subject = new Subject();
    subject.send(5000, 1, 0, 1_000_000);
    expect(subject.rate.due).toBe(7500);
    subject.send(100_000, 1, 0, 1_000_000);
    expect(subject.rate.due).toBe(102_500);
  });

  it.each([
    [2000, 4000],
    [3333, 6666],
    [60_000, 10_000],
  ])("is further away on a slow server: at one request in %i ms, %i ms", (perRequest, gap) => {
    const subject = new Subject({ accepted: 1, at: 0, resumesAt: perRequest });
    subject.send(perRequest, 1, 0, 1000);
    expect(subject.rate.due).toBeCloseTo(perRequest + gap, 6);
  });

  it("moves to the time of dueNoLaterThan, but never later", () => {
    const subject = new Subject();
    subject.send(5000, 1, 0, 40);
    expect(subject.rate.due).toBe(7000);
    subject.rate.dueNoLaterThan(5500);
    expect(subject.rate.due).toBe(5500);
    subject.rate.dueNoLaterThan(9000);
    expect(subject.rate.due).toBe(5500);
  });
});

describe("AdaptiveRate.highPriorityDue", () => {
  it("is one request earlier than due where the server accepted a burst", () => {
    expect(new Subject({ accepted: 3, resumesAt: 3000 }).rate.highPriorityDue).toBe(2000);
  });

  it("equals due where the server accepted no burst", () => {
    expect(new Subject({ accepted: 2, resumesAt: 2000 }).rate.highPriorityDue).toBe(2000);
  });
});

describe("AdaptiveRate while it climbs from a first guess", () => {
  it("rises at once, slowly at first, and doubles in 77 requests at 20 per second", () => {
    const subject = new Subject();
    subject.send(5000, 8, 50);
    expect(subject.perSecond).toBeGreaterThan(20);
    expect(subject.perSecond).toBeLessThan(20.2);
    subject.send(5400, 70, 50);
    expect(subject.perSecond).toBeGreaterThan(38);
    expect(subject.perSecond).toBeLessThan(42);
  });

  it("rises faster and faster", () => {
    const subject = new Subject();
    const rates = [0, 1, 2, 3].map((part) => {
      subject.send(5000 + part * 1000, 20, 50);
      return subject.perSecond;
    }) as [number, number, number, number];
    expect(rates[3] - rates[2]).toBeGreaterThan(rates[2] - rates[1]);
    expect(rates[2] - rates[1]).toBeGreaterThan(rates[1] - rates[0]);
  });

  it("does not decrease while requests are slower than the rate", () => {
    const subject = new Subject();
    subject.send(5000, 40, 50);
    const before = subject.perSecond;
    subject.send(7000, 1, 0);
    expect(subject.perSecond).toBeGreaterThanOrEqual(before);
  });
});

describe("AdaptiveRate after a 429 while it climbs", () => {
  it.each([20, 50, 80])("holds a rate below the highest, near what was accepted, one in %i ms", (every) => {
    const { perSecond, before } = limitedWhileClimbing(every);
    expect(perSecond).toBeLessThan(before);
    expect((perSecond * every) / 1000).toBeGreaterThan(0.95);
    expect((perSecond * every) / 1000).toBeLessThan(1.1);
  });

  it("decreases by at most half, and never increases", () => {
    const slow = new Subject();
    slow.send(5000, 40, 50);
    const before = slow.perSecond;
    // Nothing was sent for a minute.
    slow.rateLimited(60_000);
    expect(slow.perSecond / before).toBeCloseTo(0.5, 9);
    const fast = new Subject();
    const now = fast.send(5000, 400, 1);
    const fastBefore = fast.perSecond;
    fast.rateLimited(now);
    expect(fast.perSecond).toBeLessThan(fastBefore);
  });

  it("holds the rate for 245 requests at 20 per second, or as many requests × seconds", () => {
    for (const every of [10, 50]) {
      const subject = limitedWhileClimbing(every);
      const { requests, seconds } = subject.sendUntilClimb(subject.now);
      expect(requests * seconds).toBeGreaterThan(2700);
      expect(requests * seconds).toBeLessThan(3400);
    }
  });

  it("holds the rate for some 85 requests even if they are slow", () => {
    const subject = limitedWhileClimbing(1000);
    const { requests } = subject.sendUntilClimb(subject.now);
    expect(requests).toBeGreaterThan(75);
    expect(requests).toBeLessThan(95);
  });

  it("climbs again after the hold, slowly, from the held rate", () => {
    const subject = limitedWhileClimbing(50);
    const { at } = subject.sendUntilClimb(subject.now);
    const held = subject.perSecond;
    subject.send(at + 50, 8, 50);
    expect(subject.perSecond / held).toBeLessThan(1.02);
    subject.send(at + 450, 82, 50);
    expect(subject.perSecond / held).toBeGreaterThan(1.6);
  });
});

/** Returns a subject with a known rate, `before`, that received another 429 at `now`, before it sent a request. */
function limitedAgainAtOnce(): { subject: Subject; before: number; now: number } {
  const subject = limitedWhileClimbing(50);
  const before = subject.perSecond;
  const now = subject.now + 2000;
  subject.rateLimited(now);
  return { subject, before, now };
}

/** Holds a rate near one in 50 ms. After further requests, one per `every` milliseconds, it receives a 429. */
function limitedAgain(requests: number, every: number): Subject & { now: number; share: number } {
  const subject = limitedWhileClimbing(50);
  const before = subject.perSecond;
  const now = subject.send(subject.now, requests, every);
  subject.rateLimited(now);
  return Object.assign(subject, { now, share: subject.perSecond / before });
}

describe("AdaptiveRate after a 429 before it climbs", () => {
  it("keeps the rate if fewer than five requests were due", () => {
    expect(limitedAgain(3, 50).share).toBe(1);
    expect(limitedAgain(4, 50).share).toBe(1);
  });

  it("decreases by at least 12 %", () => {
    expect(limitedAgain(50, 50).share).toBeCloseTo(0.88, 9);
  });

  it("decreases to the average rate where that is less", () => {
    const { perSecond } = limitedAgain(50, 80);
    expect(perSecond).toBeCloseTo(1000 / 80, 6);
  });

  it("counts half of the delay before as time in which the server accepted nothing", () => {
    const rates = [0, 2000].map((delay) => {
      const subject = limitedWhileClimbing(50);
      const now = subject.send(subject.now, 50, 50);
      subject.rateLimited(now, now + delay);
      subject.rateLimited(subject.send(now + 2000, 45, 40));
      return subject.perSecond;
    });
    expect(rates[0]).toBeCloseTo(45 / 3.8, 6);
    expect(rates[1]).toBeCloseTo(45 / 2.8, 6);
  });

  it("decreases to half at most", () => {
    expect(limitedAgain(6, 1000).share).toBeCloseTo(0.5, 9);
  });

  it("holds the rate for a twelfth of the time if the average is close, and climbs at once if it is below half", () => {
    const near = limitedAgain(50, 60);
    const { requests, seconds } = near.sendUntilClimb(near.now);
    expect(requests * seconds).toBeGreaterThan(200);
    expect(requests * seconds).toBeLessThan(350);
    const far = limitedAgain(20, 200);
    expect(far.sendUntilClimb(far.now).requests).toBeLessThan(5);
  });
});

describe("AdaptiveRate after a 429 with fewer than five requests accepted before it", () => {
  it("decreases by half", () => {
    const subject = limitedWhileClimbing(50);
    const before = subject.perSecond;
    subject.rateLimited(subject.now + 2000);
    expect(subject.perSecond / before).toBeCloseTo(0.5, 9);
  });

  it("regains most of the known rate within seconds", () => {
    const { subject, before, now } = limitedAgainAtOnce();
    const { seconds } = subject.sendWhenDue(now, () => subject.perSecond < 0.87 * before);
    expect(seconds).toBeLessThan(2);
  });

  it("takes place with four accepted requests, and not with five", () => {
    const shares = [4, 5].map((accepted) => {
      const subject = limitedWhileClimbing(50);
      const before = subject.perSecond;
      const now = subject.send(subject.now, accepted, 500);
      subject.rateLimited(now);
      subject.send(now, 21, 50);
      return subject.perSecond / before;
    });
    expect(shares[0]).toBeCloseTo(0.88, 2);
    expect(shares[1]).toBeLessThan(0.6);
  });

  it("keeps the higher of two known rates", () => {
    const subject = limitedWhileClimbing(50);
    const before = subject.perSecond;
    for (const ms of [2000, 4000]) subject.rateLimited(subject.now + ms);
    subject.send(subject.now + 4000, 20, 100);
    expect(subject.perSecond / before).toBeCloseTo(0.88 ** 2, 2);
  });

  it("doubles the rate at most once per second, however many requests are sent", () => {
    const { subject, before, now } = limitedAgainAtOnce();
    subject.send(now, 200, 0.5);
    expect(subject.perSecond / before).toBeCloseTo(0.5 * 2 ** 0.1, 2);
  });

  it("climbs from the known rate, once it is regained and the hold is over", () => {
    const { subject, before, now } = limitedAgainAtOnce();
    subject.sendWhenDue(now, () => subject.perSecond < 0.8799 * before);
    const { requests } = subject.sendUntilClimb(subject.rate.due);
    subject.send(subject.rate.due, 40, 50);
    expect(requests).toBeLessThan(10);
    expect(subject.perSecond / before).toBeGreaterThan(0.88 * 1.05);
  });

  it("does not double the rate beyond the known rate", () => {
    const { subject, before, now } = limitedAgainAtOnce();
    subject.sendWhenDue(now, () => subject.perSecond < 0.8799 * before);
    expect(subject.perSecond / before).toBeCloseTo(0.88, 6);
  });

  it("forgets the known rate after many 429s", () => {
    const subject = limitedWhileClimbing(50);
    const before = subject.perSecond;
    for (let again = 1; again <= 30; again++) subject.rateLimited(subject.now + again * 60_000);
    subject.send(subject.now + 1_801_000, 100, 500);
    expect(subject.perSecond).toBeLessThan(0.25 * before);
  });
});

/** Returns rates and due times over a series of 429s, per unit of weight. */
function ratesOver429s(accepted: number, weight: number): number[] {
  const subject = new Subject({ accepted, weight, resumesAt: 1000 + 50 * accepted });
  const seen = [subject.perSecond, subject.rate.highPriorityDue];
  for (const [count, every] of [
    [3, 50],
    [30, 80],
    [200, 90],
    [5, 20],
    [0, 3000],
    [100, 60],
  ] as const) {
    subject.rateLimited(subject.send(subject.rate.due + every, count, every));
    seen.push(subject.perSecond, subject.rate.due, subject.rate.highPriorityDue);
  }
  return seen;
}

/** The rates of 400 requests, of which so many are sent before an outage. */
function ratesAround(before: number, outageMs: number): number[] {
  const subject = new Subject();
  const rates: number[] = [];
  let at = 5000;
  for (let request = 0; request < 400; request++) {
    if (request === before) {
      subject.rate.skip(outageMs);
      at += outageMs;
    }
    at = subject.send(at, 1, 50);
    rates.push(subject.perSecond);
  }
  return rates;
}

describe("AdaptiveRate after an outage", () => {
  it.each([2, 100, 300])("continues as if the outage had not been, after %i requests", (before) => {
    const rates = ratesAround(before, 30_000);
    for (const [at, rate] of ratesAround(before, 0).entries()) expect(rates[at]).toBeCloseTo(rate, 6);
    expect(rates[399]).toBeGreaterThan(21);
  });
});

describe("AdaptiveRate of tokens", () => {
  it.each([1, 2, 4, 20])(
    "equals a rate of requests if all have the same token count, with %i accepted at first",
    (accepted) => {
      const [requests, tokens] = [ratesOver429s(accepted, 1), ratesOver429s(accepted, 50)];
      for (const [at, value] of tokens.entries()) expect(value).toBeCloseTo(requests[at] as number, 6);
    },
  );
});
