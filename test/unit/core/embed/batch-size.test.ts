import { describe, expect, it } from "vitest";
import { batchLimits } from "../../../../src/core/embed/batch-size.js";

const twenty = {
  requests: { by: "requests", perSecond: 20 },
  tokens: { by: "tokens", perSecond: 20 },
} as const;

describe("batchLimits()", () => {
  it("allows 128 texts, 512 where requests are limited, and 512 tokens for each of them", () => {
    expect(batchLimits(undefined, undefined, 0)).toEqual({ texts: 128, tokens: 65_536 });
    expect(batchLimits(undefined, twenty.tokens, 0)).toEqual({ texts: 128, tokens: 65_536 });
    expect(batchLimits(undefined, twenty.requests, 0)).toEqual({ texts: 512, tokens: 262_144 });
  });

  it("allows the list's share of one request, from 128 to 512 texts, while no limit is known", () => {
    expect(
      [1, 128, 129, 300, 512, 6250].map((share) => batchLimits(undefined, undefined, share).texts),
    ).toEqual([128, 128, 129, 300, 512, 512]);
    expect(batchLimits(undefined, undefined, 300).tokens).toBe(65_536);
    expect(batchLimits(undefined, twenty.tokens, 300)).toEqual({ texts: 128, tokens: 65_536 });
    expect(batchLimits(undefined, twenty.requests, 300)).toEqual({ texts: 512, tokens: 262_144 });
    expect(batchLimits(7, undefined, 300)).toEqual({ texts: 7, tokens: 3584 });
  });

  it("allows up to 2,048 texts below four requests per second, with the same number of tokens", () => {
    const limits = [4, 3, 1, 0.01].map((perSecond) =>
      batchLimits(undefined, { by: "requests", perSecond }, 0),
    );
    expect(limits.map(({ texts }) => texts)).toEqual([512, 683, 2048, 2048]);
    expect(limits.map(({ tokens }) => tokens)).toEqual([262_144, 262_144, 262_144, 262_144]);
    expect(batchLimits(undefined, { by: "tokens", perSecond: 0.01 }, 0).texts).toBe(128);
  });

  it("never exceeds the batchSize that the user set", () => {
    expect(batchLimits(7, twenty.requests, 0)).toEqual({ texts: 7, tokens: 3584 });
    expect(batchLimits(7, { by: "requests", perSecond: 1 }, 0).texts).toBe(7);
  });
});
