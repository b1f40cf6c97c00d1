import { expect, it } from "vitest";
import { decodeBase64 } from "../../../../src/core/request/base64.js";

it.each([
  [1, 1],
  [65_536, 65_536],
  [65_537, undefined],
])("base64 of %i numbers is a vector of %s", (numbers, length) => {
  expect(decodeBase64(Buffer.alloc(numbers * 4).toString("base64"))?.length).toBe(length);
});
