import { describe, expect, it } from "vitest";
import { compare, type RowChange, type SavedRow } from "./compare.js";

const BEFORE: SavedRow = {
  scenario: "bucket",
  requests: 100,
  rtt: 5,
  processes: 1,
  elapsedMs: [1000, 2000, 1000, 2000, 1500],
  sent: [1000, 1000, 1000, 1000, 1000],
  rateLimited: [100, 200, 100, 200, 150],
};

function change(row: Partial<SavedRow>, before: Partial<SavedRow> = {}): RowChange {
  return compare([{ ...BEFORE, ...before, ...row }], [{ ...BEFORE, ...before }])[0] as RowChange;
}

const plus = (values: readonly number[], amount: number): number[] => values.map((value) => value + amount);

describe("comparison of simulation results", () => {
  it("finds no change in equal rows", () => {
    const fine = { by: 0, error: 0, verdict: "fine" };
    expect(change({})).toMatchObject({ time: fine, points: fine });
  });

  it("fails 1.1 % more time, and passes 0.9 %", () => {
    expect(change({ elapsedMs: plus(BEFORE.elapsedMs, 16.5) }).time).toMatchObject({ verdict: "worse" });
    expect(change({ elapsedMs: plus(BEFORE.elapsedMs, 13.5) }).time).toMatchObject({ verdict: "fine" });
  });

  it("passes less time", () => {
    expect(change({ elapsedMs: plus(BEFORE.elapsedMs, -500) }).time).toMatchObject({ verdict: "fine" });
  });

  it("fails 3.1 % more time of several processes, and passes 2.9 %", () => {
    const several = { processes: 4 };
    const slower = (ms: number): RowChange => change({ elapsedMs: plus(BEFORE.elapsedMs, ms) }, several);
    expect(slower(46.5).time.verdict).toBe("worse");
    expect(slower(43.5).time.verdict).toBe("fine");
  });

  it("fails 0.3 points more 429s, and passes 0.1", () => {
    expect(change({ rateLimited: plus(BEFORE.rateLimited, 3) }).points.verdict).toBe("worse");
    expect(change({ rateLimited: plus(BEFORE.rateLimited, 1) }).points.verdict).toBe("fine");
  });

  it("does not fail a change within the noise of the seeds", () => {
    const { time } = change({ elapsedMs: BEFORE.elapsedMs.toReversed().map((ms) => ms * 1.02) });
    expect(time.by).toBeGreaterThan(1);
    expect(time.verdict).toBe("noise");
  });

  it("compares a row that ran once with every seed of the other", () => {
    const once = { elapsedMs: [1500], sent: [1000], rateLimited: [150] };
    expect(change(once)).toMatchObject({ time: { by: 0 }, points: { by: 0 } });
    expect(compare([BEFORE], [{ ...BEFORE, ...once }])[0]?.time.error).toBeGreaterThan(0);
  });

  it("rejects a row that the file does not have", () => {
    expect(() => compare([BEFORE], [{ ...BEFORE, rtt: 20 }])).toThrow(
      'Cannot compare: the file has no row "bucket, 100 requests, 5 ms"; write it with --json',
    );
  });
});
