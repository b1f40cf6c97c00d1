import { describe, expect, it } from "vitest";
import { Pace, type LimitedBy } from "../../../../src/core/rate-limit/pacer.js";

const MINUTE = 60_000;

/** A pace that was asked at 0 for the first time. */
function started(): Pace {
  const pace = new Pace();
  pace.sendAt(0, 0, 16, false);
  return pace;
}

/** How many requests may be in flight now. */
function room(pace: Pace, now: number, ceiling: number, urgent = false): number {
  let inFlight = 0;
  while (inFlight < 1000 && pace.sendAt(now, inFlight, ceiling, urgent) <= now) inFlight += 1;
  return inFlight;
}

/** Sends and is answered, at once. */
function answered(pace: Pace, now: number, count = 1, ceiling = 16): void {
  for (let at = 0; at < count; at++) pace.succeeded(now, pace.sent(now, 10), ceiling);
}

/** Sends and is refused, at once. */
function refused(pace: Pace, now: number, reset?: number, by: LimitedBy = "requests", random = 0): number {
  return pace.refused(now, pace.sent(now, 10), { by, reset }, random);
}

/** 100 requests within a second, of which the server took 20 a second and 80 at once; then all wait until 5000. */
function limited(by: LimitedBy = "requests", random = 0): Pace {
  const pace = started();
  for (let at = 0; at < 100; at++) answered(pace, at * 10);
  refused(pace, 1000, 4000, by, random);
  return pace;
}

/** When a query may leave, and when documents may. */
function turns(pace: Pace, now: number): { query: number; documents: number } {
  return { query: pace.sendAt(now, 0, 16, true), documents: pace.sendAt(now, 0, 16, false) };
}

describe("a pace that has met no limit", () => {
  it.each([
    [0, 4],
    [50, 5],
    [100, 8],
    [200, 16],
    [300, 32],
  ])("begins gently: after %i ms, %i may be in flight, answered or not", (now, most) => {
    expect(room(started(), now, 1000)).toBe(most);
  });

  it("says when the next may leave, where that is a matter of time and not of answers", () => {
    const pace = started();
    const at = pace.sendAt(0, 5, 16, false);
    expect(at).toBeGreaterThan(0);
    expect(at).toBeLessThan(100);
    expect(pace.sendAt(at, 5, 16, false)).toBeLessThanOrEqual(at);
    expect(pace.sendAt(0, 16, 16, false)).toBe(Infinity);
  });

  it("never goes beyond the ceiling, for queries neither", () => {
    const pace = started();
    expect(room(pace, 500, 16)).toBe(16);
    expect(room(pace, 500, 16, true)).toBe(16);
    expect(room(pace, 0, 3)).toBe(3);
  });

  it("lets twice as many queries in at once", () => {
    expect(room(started(), 0, 1000, true)).toBe(8);
  });

  it("opens anew after a rest, but not after a moment or beside what is in flight", () => {
    const rested = started();
    answered(rested, 500);
    expect(room(rested, 5000, 1000)).toBe(4);
    const busy = started();
    answered(busy, 500);
    expect(room(busy, 1400, 1000)).toBe(1000);
    const besideOthers = started();
    answered(besideOthers, 500);
    expect(besideOthers.sendAt(5000, 1, 1000, false)).toBeLessThan(0);
    expect(besideOthers.sendAt(5000, 63, 1000, false)).toBeLessThan(5000);
  });

  it("knows no rate", () => {
    expect(started().ratePerSecond).toBe(Infinity);
    expect(started().limitedBy).toBeUndefined();
  });
});

describe("a pace that was refused", () => {
  it("pauses all for as long as the server says", () => {
    const pace = started();
    expect(refused(pace, 100, 2000)).toBe(2000);
    expect(turns(pace, 100)).toEqual({ query: 2100, documents: 2100 });
    expect(room(pace, 2099, 16)).toBe(0);
  });

  it.each<[LimitedBy]>([["requests"], ["tokens"]])(
    "pauses for half a second if the server does not say, limited by %s",
    (by) => {
      const pace = started();
      expect(refused(pace, 100, undefined, by)).toBe(500);
      expect(pace.limitedBy).toBe(by);
    },
  );

  it("asks no more often than the rate it knows, if the server does not say", () => {
    const pace = started();
    refused(pace, 100, 4000);
    const perRequest = 1000 / pace.ratePerSecond;
    expect(perRequest).toBeGreaterThan(4000);
    expect(refused(pace, 4100)).toBeCloseTo(perRequest, 6);
  });

  it("does not take that for the time of a token, of which a request holds many", () => {
    const pace = started();
    refused(pace, 100, 40_000, "tokens");
    expect(1000 / pace.ratePerSecond).toBeGreaterThan(4000);
    expect(refused(pace, 40_100, undefined, "tokens")).toBe(500);
  });

  it("pauses for a moment even where the server says none", () => {
    expect(refused(started(), 100, 0)).toBe(1);
  });

  it("learns what was let in, in requests or in tokens", () => {
    // 100 requests of 10 tokens each until 5000, when the pause is over.
    expect(limited().ratePerSecond).toBeCloseTo(20, 6);
    // And half of the one that was refused: tokens are not admitted by the request.
    expect(limited("tokens").ratePerSecond).toBeCloseTo(201, 6);
  });

  it("does not take its own pause for what the server said about its rate", () => {
    const pace = started();
    for (let at = 0; at < 100; at++) answered(pace, at * 10);
    refused(pace, 1000);
    expect(pace.ratePerSecond).toBeCloseTo(100 / 1.5, 6);
  });

  it("opens its window at once: from now on it is the rate that holds it back", () => {
    const pace = started();
    refused(pace, 1, 10);
    expect(pace.sendAt(11, 15, 16, false)).toBe(11);
  });

  it("keeps both limits, where requests and tokens were refused, and tells of the last", () => {
    const pace = limited("requests");
    const requests = pace.ratePerSecond;
    expect(refused(pace, 5000, 1000, "tokens")).toBe(1000);
    expect(pace.limitedBy).toBe("tokens");
    expect(pace.ratePerSecond).not.toBe(requests);
    expect(turns(pace, 5000)).toEqual({ query: 6000, documents: 6000 });
  });

  it("lets one request leave after another at the rate it learned", () => {
    const pace = limited();
    answered(pace, 5000);
    expect(pace.sendAt(5000, 0, 16, false)).toBeCloseTo(5050, 0);
    answered(pace, 5050);
    expect(pace.sendAt(5050, 0, 16, false)).toBeCloseTo(5100, 0);
  });

  it.each<[LimitedBy, number, string]>([
    ["tokens", 40, "at twice the rate, because a bucket of tokens has filled up meanwhile"],
    ["requests", 20, "at the rate, because what a pause leaves of a window is lost"],
  ])("goes on after the first pause, where %s are limited, with %i in a second: %s", (by, inASecond) => {
    const pace = limited(by);
    let left = 0;
    for (let at = 5000; at < 6000; at = pace.sendAt(at, 0, 16, false)) {
      answered(pace, at);
      left += 1;
    }
    expect(Math.abs(left - inASecond)).toBeLessThanOrEqual(1);
  });

  it("believes a server that names waits exactly: the longest is what one request takes", () => {
    const pace = started();
    for (let at = 0; at < 30; at++) answered(pace, at * 30);
    refused(pace, 1000, 70);
    expect(1000 / pace.ratePerSecond).toBeCloseTo(70, 6);
    refused(pace, 1070, 90);
    expect(1000 / pace.ratePerSecond).toBeCloseTo(90, 2);
    refused(pace, 1160);
    expect(1000 / pace.ratePerSecond).toBeCloseTo(90, 2);
  });

  it("paces requests by their tokens where those are limited", () => {
    const [light, heavy] = [10, 100].map((tokens) => {
      const pace = limited("tokens");
      pace.sent(5000, tokens);
      return pace.sendAt(5000, 0, 16, false);
    });
    expect(Number(heavy) - 5000).toBeGreaterThan(5 * (Number(light) - 5000));
  });
});

/** Two leave, the first is refused at 100 and pauses until 1100, the second at 110. */
function stale(by: LimitedBy, reset: number | undefined): { pace: Pace; rate: number; pause: number } {
  const pace = started();
  const [first, second] = [pace.sent(0, 10), pace.sent(0, 10)];
  pace.refused(100, first, { by: "requests", reset: 1000 }, 0);
  const rate = pace.ratePerSecond;
  return { pace, rate, pause: pace.refused(110, second, { by, reset }, 0) };
}

describe("a refusal of what left before the last one was known", () => {
  it.each<[string, LimitedBy, number | undefined, number]>([
    ["of the same limit", "requests", 1000, 990],
    ["without a reset", "requests", undefined, 990],
    ["of another limit", "tokens", 1000, 990],
    ["that means the same moment, rounded up", "requests", 1980, 990],
    ["that asks for much more", "requests", 5000, 5000],
  ])("teaches nothing but a much longer wait: %s", (_, by, reset, expected) => {
    const { pace, rate, pause } = stale(by, reset);
    expect(pause).toBe(expected);
    expect(pace.ratePerSecond).toBe(rate);
    expect(pace.limitedBy).toBe("requests");
  });

  it("is not the second in a row", () => {
    const { pace } = stale("requests", 1000);
    // The second in a row waits longer, by chance up to a second; the third, up to two.
    const wait = refused(pace, 1100, 1000, "requests", 0.99);
    expect(wait - 100 / pace.ratePerSecond).toBeLessThanOrEqual(2000);
  });

  it("leaves no negative pause when it comes late", () => {
    const pace = started();
    const [first, second] = [pace.sent(0, 10), pace.sent(0, 10)];
    pace.refused(100, first, { by: "requests", reset: 1000 }, 0);
    expect(pace.refused(9000, second, { by: "requests", reset: undefined }, 0)).toBe(0);
  });
});

/** How much longer than the server said each of ten refusals in a row makes wait, by the worst of luck. */
function extras(between: (pace: Pace, now: number) => void = () => {}): number[] {
  const pace = started();
  let now = 100;
  return Array.from({ length: 10 }, () => {
    const wait = refused(pace, now, 1000, "requests", 0.999_999);
    const apart = 100 / pace.ratePerSecond;
    now += wait;
    between(pace, now);
    return Math.max(0, Math.round(wait - 1000 - apart));
  });
}

describe("a pace that is refused again and again", () => {
  it("waits longer each time, up to four seconds, and after six in a row a second at most", () => {
    const [first, ...more] = extras();
    expect(first).toBe(0);
    const growing = more.slice(0, 5);
    expect(growing).toEqual(growing.toSorted((one, other) => one - other));
    expect(growing[0]).toBeGreaterThan(500);
    expect(growing[1]).toBeGreaterThan(growing[0] as number);
    expect(growing.at(-1)).toBe(4000);
    expect(more.slice(5)).toEqual([1000, 1000, 1000, 1000]);
  });

  it("begins anew after an answer", () => {
    expect(extras((pace, now) => answered(pace, now))).toEqual(Array(10).fill(0));
  });

  it("does not begin anew after an answer to what left before", () => {
    const pace = started();
    const early = pace.sent(0, 10);
    refused(pace, 100, 1000);
    pace.succeeded(200, early, 16);
    const wait = refused(pace, 1100, 1000, "requests", 0.999_999);
    expect(wait - 100 / pace.ratePerSecond).toBeGreaterThan(1500);
  });

  it("waits no longer than asked by the best of luck", () => {
    const pace = started();
    for (let again = 0; again < 10; again++) expect(refused(pace, 100 + again * 1000, 1000)).toBe(1000);
  });

  it("is forgiven what it owes after six: then the next request leaves when the pause is over", () => {
    const pace = started();
    refused(pace, 99, 1, "tokens");
    let now = 100;
    const owed = Array.from({ length: 7 }, () => {
      // More tokens than can be paid off in seconds.
      now += pace.refused(now, pace.sent(now, 1_000_000), { by: "tokens", reset: 1 }, 0);
      return pace.sendAt(now, 0, 16, false) - now;
    });
    for (const debt of owed.slice(0, 5)) expect(debt).toBeGreaterThan(1000);
    expect(owed.slice(5)).toEqual([0, 0]);
  });
});

describe("processes that are refused together", () => {
  it("come back up to a tenth of a request apart", () => {
    const [first, last] = [0, 1].map((random) => limited("requests", random).sendAt(1000, 0, 16, false));
    expect(Number(last) - Number(first)).toBeCloseTo(0.1 * 50, 6);
  });
});

describe("a query during a pause", () => {
  it("leaves when one request is due at the learned rate, because a bucket's reset is rounded up", () => {
    const { query, documents } = turns(limited(), 1000);
    expect(documents).toBe(5000);
    expect(query).toBeCloseTo(1000 + 50, 6);
  });

  it("leaves alone: the next waits until the first is answered, and then as long again", () => {
    const pace = limited();
    const query = pace.sent(1050, 10);
    expect(turns(pace, 1050)).toEqual({ query: 5000, documents: 5000 });
    pace.succeeded(1100, query, 16);
    expect(turns(pace, 1100).documents).toBe(5000);
    expect(turns(pace, 1100).query).toBeCloseTo(1100 + 50, 0);
  });

  it("neither waits nor hurries because something else was answered", () => {
    const pace = started();
    const waiting = [pace.sent(0, 10), pace.sent(0, 10)] as const;
    for (let at = 0; at < 98; at++) answered(pace, at * 10);
    refused(pace, 1000, 4000);
    const { query } = turns(pace, 1000);
    pace.succeeded(1040, waiting[0], 16);
    expect(turns(pace, 1040).query).toBe(query);
    pace.sent(query, 10);
    pace.succeeded(query + 10, waiting[1], 16);
    expect(turns(pace, query + 10).query).toBe(5000);
  });

  it("is held by an outage, also where it once went through the pause of a limit", () => {
    const pace = limited();
    answered(pace, 5000);
    for (const at of [5100, 5101, 5102, 5103]) pace.failed(at, 3000);
    expect(turns(pace, 5103).query).toBe(8103);
  });

  it("is not sent again once one was refused: this server means its resets", () => {
    const pace = limited();
    const rate = pace.ratePerSecond;
    const query = pace.sent(1050, 10);
    expect(pace.refused(1060, query, { by: "requests", reset: 4000 }, 0)).toBe(3940);
    expect(pace.ratePerSecond).toBeCloseTo(rate, 1);
    expect(turns(pace, 1060)).toEqual({ query: 5000, documents: 5000 });
    const wait = refused(pace, 5000, 4000);
    expect(turns(pace, 5000)).toMatchObject({ query: 5000 + wait });
  });

  it("is not sent where tokens are limited", () => {
    expect(turns(limited("tokens"), 1000)).toEqual({ query: 5000, documents: 5000 });
  });

  it("is tried anew after a minute's rest", () => {
    const pace = limited();
    pace.refused(1060, pace.sent(1050, 10), { by: "requests", reset: 4000 }, 0);
    const later = 5000 + 2 * MINUTE;
    pace.sendAt(later, 0, 16, false);
    for (let at = 0; at < 100; at++) answered(pace, later + at * 10);
    refused(pace, later + 1000, 4000);
    expect(turns(pace, later + 1000).query).toBeLessThan(later + 2000);
  });
});

/** What is left of the window after twenty outcomes for each share, of which so many failed, never two in a row. */
function afterFailures(ceiling: number, ...shares: number[]): number {
  const pace = started();
  pace.sendAt(500, 0, ceiling, false);
  for (const failures of shares) {
    for (let outcome = 0; outcome < 20; outcome++) {
      if (outcome % 2 === 0 && outcome / 2 < failures) pace.failed(500, 0);
      else pace.succeeded(500, pace.sent(500, 10), ceiling);
    }
  }
  return room(pace, 500, ceiling);
}

describe("failures of the server", () => {
  it("pause all after four in a row, and then one request asks whether it is over", () => {
    const pace = started();
    for (const at of [500, 501, 502]) pace.failed(at, 800);
    expect(room(pace, 502, 16)).toBe(16);
    pace.failed(503, 800);
    expect(pace.sendAt(503, 0, 16, false)).toBe(1303);
    expect(room(pace, 1303, 16)).toBe(1);
    answered(pace, 1303);
    expect(room(pace, 1303, 16)).toBe(16);
  });

  it("do not shorten a pause", () => {
    const pace = limited();
    for (const at of [1001, 1002, 1003, 1004]) pace.failed(at, 100);
    expect(pace.sendAt(1004, 0, 16, false)).toBe(5000);
  });

  it("in a row are those between which no answer came", () => {
    const pace = started();
    for (let at = 500; at < 510; at++) {
      for (let failure = 0; failure < 3; failure++) pace.failed(at, 3000);
      answered(pace, at);
    }
    expect(pace.sendAt(510, 0, 16, false)).toBeLessThanOrEqual(510);
  });

  it.each([
    [0, 20],
    [1, 20],
    [2, 20],
    [3, 17],
    [5, 15],
    [10, 10],
  ])(
    "narrow the window by their share, once that is more than a tenth: %i of 20 leave %i",
    (failures, left) => {
      expect(afterFailures(20, failures)).toBe(left);
    },
  );

  it("narrow it to half at most at once", () => {
    const pace = started();
    pace.sendAt(500, 0, 20, false);
    for (let round = 0; round < 5; round++) {
      for (let failure = 0; failure < 3; failure++) pace.failed(500, 0);
      answered(pace, 500, 1, 20);
    }
    expect(room(pace, 500, 20)).toBe(10);
  });

  it("never close it", () => {
    const pace = started();
    pace.sendAt(500, 0, 2, false);
    for (let round = 0; round < 100; round++) {
      for (let failure = 0; failure < 3; failure++) pace.failed(500, 0);
      pace.succeeded(500, pace.sent(500, 10), 0);
    }
    expect(room(pace, 500, 2)).toBe(1);
  });

  it("are forgotten one by one as answers come", () => {
    expect(afterFailures(20, 10, 0)).toBe(20);
    const pace = started();
    pace.sendAt(500, 0, 20, false);
    for (let outcome = 0; outcome < 10; outcome++) {
      pace.failed(500, 0);
      answered(pace, 500, 1, 20);
    }
    expect(room(pace, 500, 20)).toBe(10);
    answered(pace, 500, 3, 20);
    expect(room(pace, 500, 20)).toBe(13);
  });

  it("are not forgotten for the answers of somebody with a lower ceiling", () => {
    const pace = started();
    pace.sendAt(500, 0, 20, false);
    for (let outcome = 0; outcome < 10; outcome++) {
      pace.failed(500, 0);
      answered(pace, 500, 1, 20);
    }
    answered(pace, 500, 10, 4);
    expect(room(pace, 500, 20)).toBe(10);
  });

  it("are counted over as many answers as are in flight, where those are more than twenty", () => {
    // Four of twenty are a fifth, but a tenth of forty.
    expect(afterFailures(40, 0, 4)).toBe(40);
    expect(afterFailures(20, 0, 4)).toBe(16);
    expect(afterFailures(40, 4, 4)).toBe(32);
  });
});

describe("after a minute without traffic", () => {
  it("a limit is forgotten, and the start is gentle again", () => {
    const pace = limited();
    expect(room(pace, 5000 + MINUTE, 4)).toBeGreaterThan(0);
    expect(pace.limitedBy).toBe("requests");
    const later = 5001 + MINUTE;
    expect(room(pace, later, 1000)).toBe(4);
    expect(pace.limitedBy).toBeUndefined();
    expect(pace.ratePerSecond).toBe(Infinity);
  });

  it("a limit is not forgotten while an answer is awaited", () => {
    const pace = limited();
    pace.sendAt(10 * MINUTE, 1, 16, false);
    expect(pace.limitedBy).toBe("requests");
  });

  it("a limit is not forgotten before a pause is over, however long that is", () => {
    const pace = started();
    refused(pace, 100, 2 * MINUTE);
    pace.sendAt(100 + 2 * MINUTE, 0, 16, false);
    expect(pace.limitedBy).toBe("requests");
  });

  it("the next limit is learned from what was sent since", () => {
    const pace = limited();
    const later = 10 * MINUTE;
    pace.sendAt(later, 0, 16, false);
    answered(pace, later, 9);
    refused(pace, later + 500, 500);
    expect(pace.ratePerSecond).toBeLessThan(20);
  });

  it("an outage and its narrow window are forgotten, too", () => {
    const pace = started();
    for (let at = 0; at < 100; at++) pace.failed(100, 100);
    expect(room(pace, 300, 16)).toBe(1);
    expect(room(pace, 300 + 2 * MINUTE, 16)).toBe(4);
    expect(room(pace, 600 + 2 * MINUTE, 16)).toBe(16);
  });

  it("refusals in a row begin anew", () => {
    const pace = started();
    for (let again = 0; again < 4; again++) refused(pace, 100 + again * 1000, 1000);
    const later = 10 * MINUTE;
    pace.sendAt(later, 0, 16, false);
    const wait = refused(pace, later, 1000, "requests", 0.999_999);
    expect(wait - 100 / pace.ratePerSecond).toBeCloseTo(1000, 0);
  });
});
