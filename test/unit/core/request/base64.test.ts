import { describe, expect, it } from "vitest";
import { decodeBase64, isTooLong } from "../../../../src/core/request/base64.js";

describe("decodeBase64()", () => {
  it.each([
    [1, 1],
    [16_384, 16_384],
    [16_385, undefined],
  ])("decodes %i numbers to a vector of length %s", (numbers, length) => {
    expect(decodeBase64(base64Of(numbers))?.length).toBe(length);
  });
});

describe("isTooLong()", () => {
  it.each([
    [false, 1],
    [false, 16_384],
    [true, 16_385],
  ])("returns %s for the base64 of %i numbers", (expected, numbers) => {
    expect(isTooLong(base64Of(numbers))).toBe(expected);
  });
});

function base64Of(numbers: number): string {
  return Buffer.alloc(numbers * 4).toString("base64");
}
