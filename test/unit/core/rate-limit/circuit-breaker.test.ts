import { array, assert, constantFrom, nat, property, record } from "fast-check";
import { describe, expect, it } from "vitest";
import { CircuitBreaker, type BreakerFailure } from "../../../../src/core/rate-limit/circuit-breaker.js";

const NONE_IN_FLIGHT = Number.POSITIVE_INFINITY;

/** Returns a failure of a request that was sent alone. */
function failure(sentAt: number, own: Partial<BreakerFailure> = {}): BreakerFailure {
  return { sentAt, isProbe: false, oldestSentAt: NONE_IN_FLIGHT, retryAfterMs: undefined, ...own };
}

/** Returns a breaker that four failures in a row have opened, at 40 ms. */
function open(own: Partial<BreakerFailure> = {}): CircuitBreaker {
  const breaker = new CircuitBreaker();
  for (const at of [10, 20, 30, 40]) breaker.failed(at, failure(at - 5, own));
  return breaker;
}

/** Sends each probe when it is due, and fails it 5 ms later. Returns when the probes were sent. */
function probeTimes(breaker: CircuitBreaker, until: number, own: Partial<BreakerFailure> = {}): number[] {
  const times: number[] = [];
  for (let at = breaker.nextSendTime; at <= until; at = breaker.nextSendTime) {
    expect(breaker.sent()).toBe(true);
    breaker.failed(at + 5, failure(at, { isProbe: true, ...own }));
    times.push(at);
  }
  return times;
}

describe("CircuitBreaker", () => {
  it("opens after four failures in a row", () => {
    const breaker = new CircuitBreaker();
    for (const at of [10, 20, 30]) breaker.failed(at, failure(at - 5));
    expect([breaker.isOpen, breaker.failures, breaker.outage]).toEqual([false, 3, undefined]);
    expect(breaker.nextSendTime).toBe(Number.NEGATIVE_INFINITY);
    breaker.failed(40, failure(35));
    expect(breaker.isOpen).toBe(true);
    expect(breaker.outage).toEqual({ beganAt: 40, endedAt: undefined });
  });

  it("stays closed if a response arrives between the failures", () => {
    const breaker = new CircuitBreaker();
    for (const at of [10, 20, 30]) breaker.failed(at, failure(at - 5));
    breaker.responded(34, 32);
    for (const at of [40, 50, 60]) breaker.failed(at, failure(at - 5));
    expect(breaker.isOpen).toBe(false);
    breaker.failed(70, failure(65));
    expect(breaker.isOpen).toBe(true);
  });

  it("counts requests that were in flight together once", () => {
    const breaker = new CircuitBreaker();
    for (let request = 0; request < 16; request++) breaker.failed(100 + request, failure(request));
    expect([breaker.failures, breaker.isOpen]).toEqual([1, false]);
  });

  it("waits up to a second for the responses of a server that may be full", () => {
    const breaker = new CircuitBreaker();
    for (const at of [100, 110, 120, 130]) breaker.failed(at, failure(at - 5, { oldestSentAt: 90 }));
    expect([breaker.failures, breaker.isOpen]).toEqual([4, false]);
    breaker.failed(1099, failure(1095, { oldestSentAt: 90 }));
    expect(breaker.isOpen).toBe(false);
    breaker.failed(1100, failure(1099, { oldestSentAt: 90 }));
    expect(breaker.isOpen).toBe(true);
  });

  it("does not wait for requests that were sent after the first failure", () => {
    expect(open({ oldestSentAt: 10 }).isOpen).toBe(true);
  });

  it("probes after 0.25 s, 0.5 s, then every 0.75 s for 5 s, then at growing intervals up to 7.5 s", () => {
    const times = probeTimes(open(), 120_000);
    const delays = times.map((at, index) => at - ((times[index - 1] ?? 35) + 5));
    expect(delays.slice(0, 14)).toEqual([
      250, 500, 750, 750, 750, 750, 750, 750, 1500, 3000, 6000, 7500, 7500, 7500,
    ]);
  });

  it("sends at most 16 probes in an outage of a minute", () => {
    expect(probeTimes(open(), 40 + 60_000)).toHaveLength(16);
  });

  it("delays a probe for as long as the server asks", () => {
    const breaker = open({ retryAfterMs: 20_000 });
    expect(breaker.nextSendTime).toBe(20_040);
    expect(probeTimes(breaker, 30_000, { retryAfterMs: 7000 })).toEqual([20_040, 27_045]);
    expect(open({ retryAfterMs: 0 }).nextSendTime).toBe(40);
  });

  it("sends nothing while a probe is in flight", () => {
    const breaker = open();
    expect(breaker.nextSendTime).toBe(290);
    expect(breaker.sent()).toBe(true);
    expect(breaker.nextSendTime).toBe(Number.POSITIVE_INFINITY);
  });

  it("closes when a probe gets a response, and has no delay then", () => {
    const breaker = open();
    breaker.sent();
    breaker.responded(300, 290);
    expect([breaker.isOpen, breaker.failures]).toEqual([false, 0]);
    expect(breaker.outage).toEqual({ beganAt: 40, endedAt: 300 });
    expect(breaker.nextSendTime).toBe(Number.NEGATIVE_INFINITY);
    expect(breaker.sent()).toBe(false);
  });

  it("begins the next outage with the first delay", () => {
    const breaker = open();
    probeTimes(breaker, 20_000);
    breaker.sent();
    breaker.responded(30_000, 29_000);
    for (const at of [30_010, 30_020, 30_030, 30_040]) breaker.failed(at, failure(at - 5));
    expect(breaker.outage).toEqual({ beganAt: 30_040, endedAt: undefined });
    expect(breaker.nextSendTime).toBe(30_290);
  });

  it("stays open after a response to a request that was sent before the first failure was known", () => {
    const breaker = open();
    expect([breaker.isNews(9), breaker.isNews(10)]).toEqual([false, true]);
    breaker.responded(50, 9);
    expect([breaker.isOpen, breaker.failures]).toEqual([true, 4]);
    breaker.responded(60, 10);
    expect(breaker.isOpen).toBe(false);
  });

  it("treats any response as a success while there are no failures", () => {
    const breaker = new CircuitBreaker();
    breaker.failed(10, failure(5));
    breaker.responded(20, 12);
    expect(breaker.isNews(5)).toBe(true);
  });

  it("allows another probe at once after one was aborted", () => {
    const breaker = open();
    breaker.sent();
    breaker.probeAborted(300, 290);
    expect([breaker.isOpen, breaker.nextSendTime]).toEqual([true, 300]);
    expect(breaker.sent()).toBe(true);
  });

  it("schedules the next probe although an earlier request failed while the probe was in flight", () => {
    const breaker = open();
    breaker.sent();
    breaker.failed(300, failure(40));
    breaker.failed(310, failure(290, { isProbe: true }));
    expect(breaker.nextSendTime).toBe(810);
  });

  it("allows no second probe when one of an earlier outage ends", () => {
    const breaker = open();
    breaker.sent();
    breaker.responded(295, 38);
    for (const at of [310, 320, 330, 340]) breaker.failed(at, failure(at - 5));
    breaker.sent();
    breaker.probeAborted(600, 290);
    breaker.failed(600, failure(290, { isProbe: true }));
    expect(breaker.nextSendTime).toBe(Number.POSITIVE_INFINITY);
  });
});

interface Request {
  readonly at: number;
  readonly isProbe: boolean;
}

describe("CircuitBreaker for any order of results", () => {
  const results = ["succeeds", "fails", "is aborted"] as const;
  const step = record({
    delay: constantFrom(0, 1, 50, 250, 800),
    sends: nat(4),
    ends: nat(7),
    result: constantFrom(...results, "fails", "fails"),
  });

  it("has at most one probe of an outage in flight, and never stops probing", () => {
    assert(
      property(array(step, { maxLength: 120 }), (steps) => {
        const breaker = new CircuitBreaker();
        const inFlight: Request[] = [];
        let now = 0;
        const probes = (): Request[] =>
          inFlight.filter(({ at, isProbe }) => isProbe && at >= (breaker.outage?.beganAt ?? 0));
        for (const { delay, sends, ends, result } of steps) {
          now += delay;
          for (let sent = 0; sent < sends && breaker.nextSendTime <= now; sent++) {
            inFlight.push({ at: now, isProbe: breaker.sent() });
          }
          const [ended] = inFlight.length > 0 ? inFlight.splice(ends % inFlight.length, 1) : [];
          if (ended && result === "succeeds") breaker.responded(now, ended.at);
          if (ended && result === "fails") {
            const oldestSentAt = Math.min(...inFlight.map(({ at }) => at));
            breaker.failed(now, { ...failure(ended.at), isProbe: ended.isProbe, oldestSentAt });
          }
          if (ended?.isProbe && result === "is aborted") breaker.probeAborted(now, ended.at);
          if (!breaker.isOpen) continue;
          expect(probes().length).toBeLessThanOrEqual(1);
          expect(breaker.nextSendTime === Number.POSITIVE_INFINITY).toBe(probes().length === 1);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
