import { describe, expect, it } from "vitest";
import { Rate } from "../../../../src/core/rate-limit/adaptive-rate.js";
import type { Standing } from "../../../../src/core/rate-limit/request-position.js";

/** What has left so far, and what would leave next. */
class Traffic {
  #weight = 0;
  #requests = 0;
  readonly #each: number;

  /** @param each - What each request weighs if nothing else is said. */
  constructor(requests = 0, each = 1) {
    this.#each = each;
    for (let request = 0; request < requests; request++) this.next();
  }

  /** The next request, as it stands. */
  next(weight = this.#each): Standing {
    const standing = {
      weight,
      weightBefore: this.#weight,
      requestsBefore: this.#requests,
      admittedBefore: this.#weight,
    };
    this.#weight += weight;
    this.#requests += 1;
    return standing;
  }
}

const START = { at: 0, weight: 0, requests: 0 };

interface Begun {
  readonly rate: Rate;
  readonly traffic: Traffic;
}

/** A rate whose first refusal came at 1000, after so many requests, and said so much. */
function begun({ admitted = 100, reset = 4000 as number | undefined, resumesAt = 5000 } = {}): Begun {
  const traffic = new Traffic(admitted);
  return { rate: new Rate(1000, traffic.next(), START, reset, resumesAt), traffic };
}

/** Lets requests leave at even intervals; gives the time of the next. */
function leave({ rate, traffic }: Begun, from: number, count: number, every: number): number {
  for (let at = 0; at < count; at++) rate.sent(from + at * every, traffic.next());
  return from + count * every;
}

/** Lets requests leave as soon as each is due, until the rate rises; tells how many and for how long. */
function held({ rate, traffic }: Begun, from: number): { requests: number; seconds: number; at: number } {
  const { perMs } = rate;
  let at = from;
  let requests = 0;
  for (; rate.perMs === perMs && requests < 10_000; requests++) {
    at = Math.max(at, rate.due);
    rate.sent(at, traffic.next());
  }
  return { requests, seconds: (at - from) / 1000, at };
}

/** Lets requests leave as soon as each is due, until they have caught up; tells how many, and when the next is due. */
function hurry({ rate, traffic }: Begun, from: number): { count: number; at: number } {
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
 * Was refused at the end of a climb, by a server that takes one request in so many milliseconds, and all that came due
 * in its first pause at once: in one of a single request, no two.
 */
function settled(every: number, pause = 4, weight = 1): Begun & { now: number; before: number } {
  const traffic = new Traffic(100 + pause, weight);
  const start = { at: -100 * every, weight: 0, requests: 0 };
  const rate = new Rate(0, traffic.next(), start, 1000, pause * every);
  // So many that requests times seconds are 80: an eighth above the limit.
  const now = leave({ rate, traffic }, pause * every, Math.round(Math.sqrt(80_000 / every)), every);
  const before = rate.perMs;
  rate.refused(now, traffic.next());
  return { rate, traffic, now, before };
}

describe("the first refusal", () => {
  it.each([
    [100, 5000, 20],
    [100, 2000, 50],
    [10, 5000, 2],
    // What was refused counts as let in when the pause is over, or there would be no rate.
    [0, 5000, 0.2],
    [1, 5000, 0.2],
  ])(
    "teaches what was let in by the end of the pause: %i until %i are %d a second",
    (admitted, resumesAt, rate) => {
      expect(begun({ admitted, resumesAt }).rate.perMs * 1000).toBeCloseTo(rate, 9);
    },
  );

  it("counts what was let in since traffic began, not before", () => {
    const traffic = new Traffic(100);
    const start = { at: 500, weight: 60, requests: 60 };
    const rate = new Rate(1000, traffic.next(), start, 1000, 2500);
    expect(rate.perMs * 1000).toBeCloseTo(20, 9);
  });

  it("teaches a finite rate even where no time passed", () => {
    const rate = new Rate(0, new Traffic(5).next(), START, 0, 0);
    expect(rate.perMs).toBe(5);
  });

  it("makes the next request due when the pause is over", () => {
    expect(begun().rate.due).toBe(5000);
  });
});

describe("a reset that is not a whole second", () => {
  it("is believed where it is short: a bucket needs so long for this request", () => {
    expect(1 / begun({ reset: 60 }).rate.perMs).toBeCloseTo(60, 9);
  });

  it("is believed by the weight of the request that was refused", () => {
    const rate = new Rate(1000, { ...new Traffic(100, 50).next(50) }, START, 250, 1250);
    expect(rate.perMs).toBeCloseTo(50 / 250, 9);
  });

  it("says nothing that was not seen", () => {
    expect(begun({ reset: 3.5 }).rate.perMs * 1000).toBeCloseTo(20, 9);
  });

  it.each([
    ["whole seconds are rounded", 1000],
    ["longer than all traffic, it is no bucket's", 1500.5],
    ["as long as all traffic, neither", 1000],
    ["the server said nothing", undefined],
    ["the server said that it has room", 0],
  ])("is not believed if %s", (_, reset) => {
    const { rate } = begun({ reset });
    expect(rate.perMs * 1000).toBeCloseTo(20, 9);
    rate.hears(999.5, 1);
    expect(rate.perMs * 1000).toBeCloseTo(20, 9);
  });

  it("is not believed if it is longer than all traffic, whenever that began", () => {
    const start = { at: 500, weight: 0, requests: 0 };
    const rate = new Rate(1000, new Traffic(100).next(), start, 600.5, 5500);
    expect(rate.perMs * 1000).toBeCloseTo(20, 9);
  });

  it("is corrected by longer ones: a bucket that refills while we ask names parts of the time", () => {
    const { rate } = begun({ reset: 60 });
    rate.hears(90, 1);
    expect(1 / rate.perMs).toBeCloseTo(90, 9);
    rate.hears(70, 1);
    expect(1 / rate.perMs).toBeCloseTo(90, 9);
    rate.hears(2000, 1);
    expect(1 / rate.perMs).toBeCloseTo(90, 9);
    rate.hears(200, 2);
    expect(1 / rate.perMs).toBeCloseTo(100, 9);
  });

  it("is no longer listened to when the rate has been measured", () => {
    const begin = begun({ reset: 60, resumesAt: 1060 });
    const now = leave(begin, 1060, 40, 60);
    begin.rate.refused(now, begin.traffic.next());
    const { perMs } = begin.rate;
    begin.rate.hears(999.5, 1);
    expect(begin.rate.perMs).toBe(perMs);
  });
});

describe("requests that leave", () => {
  it("are as far apart as the rate says", () => {
    const { rate, traffic } = begun();
    rate.sent(5000, traffic.next());
    expect(rate.due).toBeCloseTo(5050, 6);
    rate.sent(5050, traffic.next());
    expect(rate.due).toBeCloseTo(5100, 0);
  });

  it("are as far apart as they weigh", () => {
    const { rate, traffic } = begun();
    rate.sent(5000, traffic.next(10));
    expect(rate.due).toBeCloseTo(5500, 6);
  });

  it("make up for what a pause left unused, at twice the rate", () => {
    const { rate, traffic } = begun();
    rate.sent(6000, traffic.next());
    expect(rate.due).toBeCloseTo(6025, 6);
    rate.sent(6025, traffic.next());
    expect(rate.due).toBeCloseTo(6050, 0);
  });

  it("make up for no more than the server takes at once", () => {
    // What came in beside what the rate let in, less the one that was refused.
    const begin = settled(50, 20);
    const { at, count } = hurry(begin, 100_000);
    // At twice the rate, one in two is due anyway.
    expect(count).toBeGreaterThan(2 * 19 - 4);
    expect(count).toBeLessThan(2 * 19 + 4);
    expect(at).toBeGreaterThan(100_000);
  });

  it("make up for nothing where the server takes no two at once", () => {
    const { rate, traffic } = begun({ admitted: 1, reset: 1000, resumesAt: 1500 });
    rate.sent(100_000, traffic.next());
    expect(rate.due).toBeGreaterThanOrEqual(100_000 + 0.99 / rate.perMs);
  });

  it("never wait longer than a few seconds, however heavy the last was, or however far behind the rate", () => {
    const { rate, traffic } = begun();
    rate.sent(5000, traffic.next(1_000_000));
    expect(rate.due).toBeGreaterThan(6000);
    expect(rate.due).toBeLessThan(5000 + 4000);
    const after = begun();
    after.rate.sent(100_000, after.traffic.next(1_000_000));
    expect(after.rate.due).toBeLessThan(100_000 + 4000);
  });

  it("are due at once when they are hurried, and no later for it", () => {
    const { rate, traffic } = begun();
    rate.sent(5000, traffic.next(40));
    expect(rate.due).toBe(7000);
    rate.hurry(5500);
    expect(rate.due).toBe(5500);
    rate.hurry(9000);
    expect(rate.due).toBe(5500);
  });
});

describe("urgent requests", () => {
  it("go ahead by what the server was seen to take at once", () => {
    const { rate } = begun();
    expect(rate.urgentDue).toBeCloseTo(5000 - 79 * 50, 6);
  });

  it("wait like all others where no two were ever taken at once", () => {
    const { rate } = begun({ admitted: 1, reset: 1000, resumesAt: 2000 });
    expect(rate.urgentDue).toBe(2000);
  });

  it("go ahead by one even where nothing can be made up for any more", () => {
    const begin = begun();
    // Made up for, at twice the rate, and refused at once.
    const now = leave(begin, 20_000, 4, 25);
    begin.rate.refused(now, begin.traffic.next());
    expect((begin.rate.due - begin.rate.urgentDue) * begin.rate.perMs).toBeCloseTo(1, 6);
  });
});

describe("a guess", () => {
  it("is left behind at once: it doubles in 80 requests at 20 a second, and begins gently", () => {
    const begin = begun();
    leave(begin, 5000, 8, 50);
    expect(begin.rate.perMs * 1000).toBeGreaterThan(20);
    expect(begin.rate.perMs * 1000).toBeLessThan(20.2);
    // 80 requests in 4 seconds are 320 requests times seconds.
    leave(begin, 5400, 73, 50);
    expect(begin.rate.perMs * 1000).toBeGreaterThan(36);
    expect(begin.rate.perMs * 1000).toBeLessThan(44);
  });

  it("is climbed from faster and faster", () => {
    const begin = begun();
    const rates = [0, 1, 2, 3].map((part) => {
      leave(begin, 5000 + part * 1000, 20, 50);
      return begin.rate.perMs;
    }) as [number, number, number, number];
    expect(rates[3] - rates[2]).toBeGreaterThan(rates[2] - rates[1]);
    expect(rates[2] - rates[1]).toBeGreaterThan(rates[1] - rates[0]);
  });

  it("does not fall while requests are slower than it", () => {
    const begin = begun();
    leave(begin, 5000, 40, 50);
    const { perMs } = begin.rate;
    begin.rate.sent(7000, begin.traffic.next());
    expect(begin.rate.perMs).toBeGreaterThanOrEqual(perMs);
  });
});

describe("a refusal at the end of a climb", () => {
  it.each([20, 50, 80])("settles a few percent below what was let in, one in %i ms", (every) => {
    const { rate, before } = settled(every);
    expect(rate.perMs).toBeLessThan(before);
    expect(rate.perMs * every).toBeGreaterThan(0.94);
    expect(rate.perMs * every).toBeLessThan(0.98);
  });

  it("settles a tenth below where the server takes no two at once: others need a gap to get in", () => {
    const { rate } = settled(50, 1);
    expect(rate.perMs * 50).toBeGreaterThan(0.87);
    expect(rate.perMs * 50).toBeLessThan(0.93);
  });

  it("falls to half at most, and never rises", () => {
    const slow = begun();
    leave(slow, 5000, 40, 50);
    const { perMs } = slow.rate;
    // Nothing left for a minute.
    slow.rate.refused(60_000, slow.traffic.next());
    expect(slow.rate.perMs / perMs).toBeGreaterThan(0.45);
    expect(slow.rate.perMs / perMs).toBeLessThan(0.5);
    const fast = begun();
    const now = leave(fast, 5000, 400, 1);
    const before = fast.rate.perMs;
    fast.rate.refused(now, fast.traffic.next());
    expect(fast.rate.perMs).toBeLessThan(before);
  });

  it("that has hardly begun takes the rate as it was", () => {
    const begin = settled(50);
    const { at } = held(begin, begin.now);
    const now = leave(begin, at + 50, 2, 50);
    const { perMs } = begin.rate;
    begin.rate.refused(now + 500, begin.traffic.next());
    expect(begin.rate.perMs / perMs).toBeGreaterThan(0.94);
    expect(begin.rate.perMs / perMs).toBeLessThan(0.98);
  });

  it("is held: 245 requests at 20 a second, or what requests times seconds make of that", () => {
    for (const every of [10, 50, 80]) {
      const begin = settled(every);
      const { requests, seconds } = held(begin, begin.now);
      expect(requests * seconds).toBeGreaterThan(2700);
      expect(requests * seconds).toBeLessThan(3400);
    }
  });

  it("is held for some 85 requests however slow they are", () => {
    const begin = settled(1000);
    const { requests } = held(begin, begin.now);
    expect(requests).toBeGreaterThan(75);
    expect(requests).toBeLessThan(95);
  });

  it("is climbed from again afterwards, gently, from where it was", () => {
    const begin = settled(50);
    const { at } = held(begin, begin.now);
    const { perMs } = begin.rate;
    expect(perMs * 50).toBeLessThan(1.01);
    leave(begin, at + 50, 90, 50);
    expect(begin.rate.perMs * 50).toBeGreaterThan(1.6);
  });
});

/** Settled at a tenth below one in 50 ms, and refused again after so many more, one in so many milliseconds. */
function again(requests: number, every: number): { share: number } & Begun & { now: number } {
  const begin = settled(50, 1);
  const { perMs } = begin.rate;
  const now = leave(begin, begin.now, requests, every);
  begin.rate.refused(now, begin.traffic.next());
  return { ...begin, now, share: begin.rate.perMs / perMs };
}

describe("a refusal before a climb", () => {
  it("tells nothing before five were due", () => {
    expect(again(3, 50).share).toBe(1);
    expect(again(4, 50).share).toBe(1);
  });

  it("that comes early gives others their share: 15 % at least", () => {
    const { share } = again(50, 56);
    expect(share).toBeGreaterThan(0.8);
    expect(share).toBeLessThan(0.9);
  });

  it("falls to what was seen, where that is less", () => {
    const { rate } = again(50, 80);
    expect(rate.perMs * 80).toBeGreaterThan(0.95);
    expect(rate.perMs * 80).toBeLessThan(1.05);
  });

  it("does not fall to next to nothing", () => {
    const { share } = again(2, 30_000);
    expect(share).toBeGreaterThan(0.05);
    expect(share).toBeLessThan(0.2);
  });

  it("is held for a while where the rate seen is near, and left at once where it is far away", () => {
    const near = again(50, 60);
    const nearHeld = held(near, near.now);
    expect(nearHeld.requests * nearHeld.seconds).toBeGreaterThan(300);
    expect(nearHeld.requests * nearHeld.seconds).toBeLessThan(700);
    const far = again(20, 200);
    expect(held(far, far.now).requests).toBeLessThan(5);
  });

  it("that comes late settles a little below what was seen", () => {
    // 120 requests in 6 seconds are more than 500 requests times seconds.
    const begin = settled(50);
    begin.rate.refused(leave(begin, begin.now, 120, 52), begin.traffic.next());
    expect(begin.rate.perMs * 52).toBeGreaterThan(0.94);
    expect(begin.rate.perMs * 52).toBeLessThan(0.98);
  });

  it("that comes late is held for an eighth of the time only", () => {
    const late = again(120, 58);
    const { requests, seconds } = held(late, late.now);
    expect(requests * seconds).toBeGreaterThan(300);
    expect(requests * seconds).toBeLessThan(700);
  });
});

/** So many left at twice the rate after a pause of so long, and the next was refused. */
function madeUp(requests: number): Begun & { now: number; before: number } {
  const begin = begun();
  const now = leave(begin, 20_000, requests, 25);
  const before = begin.rate.perMs;
  begin.rate.refused(now, begin.traffic.next());
  return { ...begin, now, before };
}

describe("a refusal right after a pause was made up for", () => {
  it("says that nothing can be made up for, and nothing of the rate", () => {
    const { rate, traffic, now, before } = madeUp(10);
    expect(rate.perMs).toBe(before);
    rate.sent(now + 10_000, traffic.next());
    expect(rate.due).toBeGreaterThanOrEqual(now + 10_000 + 0.99 / rate.perMs);
  });

  it("says so after a single request already", () => {
    const { rate, traffic, now } = madeUp(1);
    rate.sent(now + 10_000, traffic.next());
    expect(rate.due).toBeGreaterThanOrEqual(now + 10_000 + 0.99 / rate.perMs);
  });

  it("says nothing if nothing was made up for", () => {
    const { rate, traffic } = begun();
    const ahead = (rate.due - rate.urgentDue) * rate.perMs;
    rate.refused(5000, traffic.next());
    expect((rate.due - rate.urgentDue) * rate.perMs).toBeCloseTo(ahead, 6);
  });

  it("says so once: the next one speaks of the rate", () => {
    const begin = madeUp(10);
    const now = leave(begin, begin.now + 10_000, 50, 100);
    begin.rate.refused(now, begin.traffic.next());
    expect(begin.rate.perMs).toBeLessThan(begin.before);
  });

  it("speaks of the rate when much has left since", () => {
    const begin = settled(50, 20);
    const { count, at } = hurry(begin, 100_000);
    const { perMs } = begin.rate;
    const now = leave(begin, at, 3 * count, 1 / perMs);
    begin.rate.refused(now, begin.traffic.next());
    expect(begin.rate.perMs).toBeLessThan(perMs);
    // And what was left unused can still be made up for.
    begin.rate.sent(now + 100_000, begin.traffic.next());
    expect(begin.rate.due).toBeLessThan(now + 100_000 + 0.6 / begin.rate.perMs);
  });
});

/** What a rate does through a life of refusals, per request. */
function life(pause: number, weight: number): number[] {
  const begin = settled(50, pause, weight);
  const seen = [begin.rate.perMs];
  const { at } = hurry(begin, 100_000);
  seen.push(begin.rate.urgentDue, at);
  for (const [count, every] of [
    [3, 50],
    [30, 80],
    [200, 90],
    [5, 20],
  ] as const) {
    const now = leave(begin, begin.rate.due, count, every);
    begin.rate.refused(now, begin.traffic.next());
    seen.push(begin.rate.perMs, begin.rate.due, begin.rate.urgentDue);
  }
  return seen.map((value) => (value < 1000 ? value / weight : value));
}

describe("a rate of tokens", () => {
  it.each([1, 2, 4, 20])(
    "does what one of requests does, where all weigh the same; taking %i at once",
    (pause) => {
      const [requests, tokens] = [life(pause, 1), life(pause, 50)];
      for (const [at, value] of tokens.entries()) expect(value).toBeCloseTo(requests[at] as number, 6);
    },
  );
});

/** A refusal that came after so much was let in, as it stands among what was sent. */
function refusal(admittedBefore: number, sentBefore: number, weight = 1): Standing {
  return { weight, weightBefore: sentBefore, requestsBefore: sentBefore, admittedBefore };
}

/** What is known of a bucket of ten requests, ten a second, when the first is refused after 60 ms. */
function bucketOfTen(): Rate {
  return new Rate(60, refusal(10, 10), START, 61, 121);
}

describe("two exact waits", () => {
  it("tell what a bucket refilled between their ends, however full it was", () => {
    // Six are refused, one more is let in, and the next has to wait until 221.
    const rate = bucketOfTen();
    expect(rate.perMs * 1000).toBeCloseTo(1000 / 61, 6);
    rate.refused(152, refusal(11, 17), 69);
    expect(rate.perMs * 1000).toBeCloseTo(10, 6);
  });

  it("count in tokens what each request weighs", () => {
    const rate = new Rate(60, refusal(100, 100, 20), START, 61, 121);
    rate.refused(552, refusal(160, 260, 5), 99);
    // 60 were let in; and of the 20 for which the first wait was, 5 are waited for now.
    expect(rate.perMs).toBeCloseTo((160 - 100 + 5 - 20) / (552 + 99 - 60 - 61), 9);
  });

  it("are believed by half where little was let in: others may have taken the rest", () => {
    const rate = bucketOfTen();
    rate.refused(600, refusal(11, 17), 21);
    expect(rate.perMs * 1000).toBeCloseTo(500 / 61, 6);
    const much = bucketOfTen();
    much.refused(921, refusal(15, 20), 100);
    expect(much.perMs * 1000).toBeCloseTo(5000 / 900, 6);
  });

  it("a second apart have measured it: the rate is held a little below, as any other", () => {
    const rate = bucketOfTen();
    rate.refused(1100, refusal(20, 26), 21);
    expect(rate.perMs * 1000).toBeCloseTo(10 * 0.96, 6);
    rate.hears(900, 1);
    expect(rate.perMs * 1000).toBeCloseTo(10 * 0.96, 6);
  });

  it.each([
    ["of which the second ends first", 100, refusal(12, 17), 10.5],
    ["between which nothing was let in", 152, refusal(10, 17), 69],
    ["that speak for more than the rate", 152, refusal(40, 50), 69],
  ])("%s change nothing", (_, now, refused, reset) => {
    const rate = bucketOfTen();
    rate.refused(now, refused, reset);
    expect(rate.perMs * 1000).toBeCloseTo(1000 / 61, 6);
  });

  it("that end at once, as those of a window do, tell nothing", () => {
    const rate = new Rate(60, refusal(20, 20), START, 940.5, 1000.5);
    const { perMs } = rate;
    rate.refused(100, refusal(20, 30), 900.5);
    expect(rate.perMs).toBe(perMs);
  });
});

describe("the longest gap", () => {
  it.each([
    ["a few seconds, where the server is fast", 20, 1000, 2500],
    ["twice what the first refusal showed, where it is slow", 1, 4000, 8000],
    ["ten seconds at most", 1, 60_000, 10_000],
    ["a few seconds, where nothing was let in before: that may be the others' doing", 0, 60_000, 2500],
  ])("is %s", (_, admitted, resumesAt, longest) => {
    const rate = new Rate(0, refusal(admitted, admitted), START, undefined, resumesAt);
    rate.sent(resumesAt, refusal(admitted, admitted, 1_000_000));
    expect(rate.due - resumesAt).toBeCloseTo(longest, 6);
  });
});
