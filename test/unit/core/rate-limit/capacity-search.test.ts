import { describe, expect, it } from "vitest";
import { CapacitySearch } from "../../../../src/core/rate-limit/capacity-search.js";

/** The responses of one round. By default, 100 ms long and as many as a round takes, in 100 ms. */
interface RoundOptions {
  readonly ms?: number;
  readonly lastsMs?: number;
  readonly count?: number;
  readonly inFlight?: number;
  readonly maxConcurrency?: number;
  readonly mayGrow?: boolean;
}

/** A search for a server with so many requests in flight, after its first responses. */
class Subject {
  readonly search = new CapacitySearch();
  limit = 16;
  #now = 10_000;

  constructor(firstMs: readonly number[] = [100, 100, 100, 100]) {
    for (const ms of firstMs) this.#respond(ms, {});
  }

  /** Receives the responses of a round; returns the new number of requests. */
  round({
    ms = 100,
    lastsMs = 100,
    count = Math.ceil(this.limit / 2),
    ...options
  }: RoundOptions = {}): number {
    for (let response = 0; response < count; response++) {
      this.#now += lastsMs / count;
      this.#respond(ms, options);
    }
    return this.limit;
  }

  restart(): void {
    this.search.restart(this.#now);
  }

  /** Returns the rounds after which the number of requests differs. */
  roundsUntilChange(options?: RoundOptions): number {
    const before = this.limit;
    for (let rounds = 1; rounds <= 200; rounds++) if (this.round(options) !== before) return rounds;
    return Number.POSITIVE_INFINITY;
  }

  #respond(ms: number, { inFlight = this.limit, maxConcurrency = 128, mayGrow = true }: RoundOptions): void {
    // Sent in this round, however long the response took.
    this.#now += ms;
    const response = { sentAt: this.#now - ms, inFlight, maxConcurrency };
    this.limit = this.search.responded(this.#now, response, this.limit, mayGrow);
  }
}

describe("CapacitySearch", () => {
  it("doubles the number of requests after a round, which is half of them", () => {
    const subject = new Subject();
    expect(subject.round({ count: 7 })).toBe(16);
    expect(subject.round({ count: 1 })).toBe(32);
  });

  it("does not count responses to requests that were sent before the round", () => {
    const subject = new Subject();
    const early = { sentAt: 0, inFlight: 16, maxConcurrency: 128 };
    for (let response = 0; response < 20; response++) {
      expect(subject.search.responded(20_000, early, 16, true)).toBe(16);
    }
    expect(subject.round()).toBe(32);
  });

  it.each([
    [200, 32],
    [201, 8],
    [500, 6.4],
  ])("after responses of %i ms, where the first responses took 100 ms, allows %d requests", (ms, limit) => {
    expect(new Subject().round({ ms })).toBeCloseTo(limit, 9);
  });

  it.each([
    [[300, 100, 300, 100], 8],
    [[100, 100, 300, 300], 8],
    [[300, 300, 300, 100], 32],
  ])("compares with the faster half of the first four responses: %j", (firstMs, limit) => {
    expect(new Subject(firstMs).round({ ms: 210 })).toBe(limit);
  });

  it("keeps more requests if they raise the throughput by 1.3, and doubles again", () => {
    const subject = new Subject();
    subject.round({ ms: 0.001, lastsMs: 100 });
    expect(subject.limit).toBe(32);
    expect(subject.round({ ms: 0.001, lastsMs: 100 })).toBe(64);
  });

  it.each([
    [200, 20],
    [200 / 1.2, 24],
    [400, 20],
  ])(
    "reduces them to what the throughput needs if %d ms are needed for twice the requests",
    (lastsMs, limit) => {
      const subject = new Subject();
      subject.round({ ms: 0.001, lastsMs: 100 });
      expect(subject.round({ ms: 0.001, lastsMs })).toBeCloseTo(limit, 1);
    },
  );

  it("tries more requests again after 32 rounds, then after 64", () => {
    const subject = new Subject();
    const failedTrial = (): number => {
      subject.round({ ms: 0.001, lastsMs: 100 });
      return subject.round({ ms: 0.001, lastsMs: 400 });
    };
    failedTrial();
    expect(subject.roundsUntilChange({ ms: 0.001 })).toBe(32);
    subject.round({ ms: 0.001, lastsMs: 1000 });
    expect(subject.roundsUntilChange({ ms: 0.001 })).toBe(64);
  });

  it("keeps fewer requests if the throughput stays, and restores them if it falls", () => {
    const [stays, falls] = [100, 300].map((lastsMs) => {
      const subject = new Subject([1, 1, 1, 1]);
      subject.round({ ms: 3, lastsMs: 100 });
      expect(subject.limit).toBeLessThanOrEqual(8);
      return subject.round({ ms: 1, lastsMs, mayGrow: false, count: 8 });
    });
    expect(stays).toBeLessThanOrEqual(8);
    expect(falls).toBe(16);
  });

  it.each([
    [100, 3, 16],
    [100, 4, 32],
    [300, 15, 16],
    [300, 16, 8],
  ])("learns from responses of %i ms with %i requests in flight: %i", (ms, inFlight, limit) => {
    expect(new Subject().round({ ms, inFlight })).toBe(limit);
  });

  it("allows no more than the caller, and no more where it may not grow", () => {
    expect(new Subject().round({ maxConcurrency: 20 })).toBe(20);
    expect(new Subject().round({ maxConcurrency: 16 })).toBe(16);
    expect(new Subject().round({ mayGrow: false })).toBe(16);
  });

  it("compares with the fastest rounds so far, and with no slower ones", () => {
    const faster = new Subject();
    for (let round = 0; round < 200; round++) faster.round({ ms: 50, mayGrow: false });
    expect(faster.round({ ms: 110, mayGrow: false })).toBeLessThan(16);
    const slower = new Subject();
    for (let round = 0; round < 200; round++) slower.round({ ms: 190, mayGrow: false });
    expect(slower.round({ ms: 210, mayGrow: false })).toBeLessThan(16);
  });

  it("forgets a trial that another change has ended", () => {
    const subject = new Subject();
    subject.round({ ms: 0.001, lastsMs: 100 });
    subject.restart();
    expect(subject.round({ ms: 0.001, lastsMs: 1000, mayGrow: false })).toBe(32);
  });
});
