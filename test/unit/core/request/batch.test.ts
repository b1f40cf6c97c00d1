import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AcceptedSize, createBatch, splitInHalf, type Batch } from "../../../../src/core/request/batch.js";

function batchOf(tokenCounts: readonly number[]): Batch {
  const positions = tokenCounts.map((_, position) => position);
  return createBatch(
    positions,
    positions.map((position) => `t${position}`),
    tokenCounts,
  );
}

/** Returns a batch with a number of texts and a total number of tokens. */
function sized(texts: number, tokens: number): Batch {
  return batchOf(Array.from({ length: texts }, (_, text) => (text === 0 ? tokens : 0)));
}

describe("splitInHalf()", () => {
  it("returns two non-empty parts that join to the whole", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { minLength: 2, maxLength: 40 }), (tokenCounts) => {
        const whole = batchOf(tokenCounts);
        const [first, second] = splitInHalf(whole);
        expect([...first.texts, ...second.texts]).toEqual(whole.texts);
        expect([...first.positions, ...second.positions]).toEqual(whole.positions);
        expect(first.tokens + second.tokens).toBe(whole.tokens);
        expect(Math.abs(first.texts.length - second.texts.length)).toBeLessThanOrEqual(1);
        expect(second.texts.length).toBeGreaterThan(0);
      }),
    );
  });
});

/** Returns the limits after the server has rejected one batch and accepted others. */
function learned(
  by: "count" | "size" | "unknown",
  accepted: Batch[],
  rejected: Batch,
  parts: Batch[],
): AcceptedSize {
  const size = new AcceptedSize();
  for (const batch of accepted) size.accepted(batch);
  size.rejected(rejected);
  for (const batch of parts) size.accepted(batch);
  size.learn(by);
  return size;
}

describe("AcceptedSize", () => {
  it("has no limit before a batch is rejected", () => {
    const size = new AcceptedSize();
    size.accepted(sized(3, 30));
    expect(size.limits).toEqual({ texts: Number.POSITIVE_INFINITY, tokens: Number.POSITIVE_INFINITY });
    expect(size.accepts(sized(2048, 1_000_000))).toBe(true);
  });

  it.each([
    ["count", { texts: 16, tokens: Number.POSITIVE_INFINITY }],
    ["size", { texts: Number.POSITIVE_INFINITY, tokens: 500 }],
    ["unknown", { texts: 16, tokens: 500 }],
  ] as const)("sets the limit of a rejected size to the largest accepted part (%s)", (by, limits) => {
    const size = learned(by, [], sized(32, 900), [sized(16, 400), sized(16, 500)]);
    expect(size.limits).toEqual(limits);
  });

  it("accepts exactly what was accepted before, if that is more than the parts", () => {
    const { limits } = learned("unknown", [sized(16, 10)], sized(17, 11), [sized(9, 6), sized(8, 5)]);
    expect(limits).toEqual({ texts: 16, tokens: 10 });
  });

  it("does not count an earlier batch that was larger than the rejected one", () => {
    const { limits } = learned("unknown", [sized(64, 100)], sized(32, 900), [sized(16, 400), sized(16, 500)]);
    expect(limits).toEqual({ texts: 16, tokens: 500 });
  });

  it("never raises a limit", () => {
    const size = learned("unknown", [], sized(32, 900), [sized(16, 400), sized(16, 500)]);
    size.accepted(sized(40, 1000));
    size.learn("unknown");
    expect(size.limits).toEqual({ texts: 16, tokens: 500 });
    expect(size.accepts(sized(16, 500))).toBe(true);
    expect(size.accepts(sized(17, 1))).toBe(false);
    expect(size.accepts(sized(1, 501))).toBe(false);
  });

  it("keeps its limits when nothing accepted is known", () => {
    const size = learned("unknown", [sized(16, 400)], sized(16, 400), []);
    expect(size.limits).toEqual({ texts: Number.POSITIVE_INFINITY, tokens: Number.POSITIVE_INFINITY });
  });
});
