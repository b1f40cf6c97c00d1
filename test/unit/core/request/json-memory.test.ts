import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parsedBytes } from "../../../../src/core/request/json-memory.js";

const estimate = (json: string): number => parsedBytes(new TextEncoder().encode(json));

/** Counts the values inside objects and lists. */
function countValues(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return Object.values(value).reduce((sum: number, inner) => sum + 1 + countValues(inner), 0);
}

describe("parsedBytes()", () => {
  it("counts brackets, colons and commas, but none in strings", () => {
    expect(estimate('{"a":[1,2],"b":{}}')).toBe(3 * 100 + 2 * 100 + 2 * 50);
    expect(estimate('"[[[,,,:::{{{"')).toBe(0);
    expect(estimate(String.raw`["\"[[[,,,","\\",[]]`)).toBe(2 * 100 + 2 * 50);
  });

  it("reads unfinished texts to their end", () => {
    expect(estimate('["abc[[[')).toBe(100);
    expect(estimate(String.raw`["abc\"`)).toBe(100);
    expect(estimate("")).toBe(0);
  });

  it("counts at least 48 bytes per value of any JSON", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1), (value, space) => {
        expect(estimate(JSON.stringify(value, undefined, space))).toBeGreaterThanOrEqual(
          48 * countValues(value),
        );
      }),
    );
  });
});
