import { describe, expect, it } from "vitest";
import { listIndexes } from "../../../../src/core/errors/together-error.js";

const first = (amount: number): number[] => Array.from({ length: amount }, (_, index) => index);

describe("listIndexes()", () => {
  it.each([
    [[7], "7"],
    [[7, 9], "7 and 9"],
    [[7, 9, 11], "7, 9 and 11"],
    [first(10), "0, 1, 2, 3, 4, 5, 6, 7, 8 and 9"],
    [first(11), "0, 1, 2, 3, 4, 5, 6, 7, 8, 9 ... (11 in all)"],
  ])("formats %j as %j", (indexes, formatted) => {
    expect(listIndexes(indexes)).toBe(formatted);
  });
});
