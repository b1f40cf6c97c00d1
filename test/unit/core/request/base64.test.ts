import { describe, expect, it } from "vitest";
import { decodeBase64 } from "../../../../src/core/request/base64.js";

describe("decodeBase64()", () => {
  it.each([
    [1, 1],
    [16_384, 16_384],
    [16_385, undefined],
  ])("decodes %i numbers to a vector of length %s", (numbers, length) => {
    expect(decodeBase64(Buffer.alloc(numbers * 4).toString("base64"))?.length).toBe(length);
  });
});
