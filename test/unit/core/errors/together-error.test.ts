import { describe, expect, it } from "vitest";
import { listIndexes, TogetherError } from "../../../../src/core/errors/together-error.js";

const first = (amount: number): number[] => Array.from({ length: amount }, (_, index) => index);

describe("TogetherError", () => {
  it("has only the details that apply as properties", () => {
    const details = { status: 400, requestId: undefined, attempts: 0 };
    const error = new TogetherError("bad_request", "Cannot embed", details);
    expect(error).toMatchObject({ status: 400, attempts: 0 });
    expect(Object.keys(error)).not.toContain("requestId");
    expect("requestId" in error).toBe(false);
  });

  it("has a mark, not listed, by which other versions of this package recognize it", () => {
    const error = new TogetherError("bad_request", "Cannot embed");
    const mark = Symbol.for("together-retrieval.error");
    expect(Object.getOwnPropertyDescriptor(error, mark)).toMatchObject({ value: true, enumerable: false });
  });
});

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
