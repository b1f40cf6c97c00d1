import { describe, expect, it } from "vitest";
import { UniqueTexts } from "../../../../src/core/embed/unique-texts.js";

describe("UniqueTexts", () => {
  it("copies only the vectors of duplicates", () => {
    const unique = new UniqueTexts(["a", "b", "a"], 0, (vector) => vector);
    const [first, second] = [new Float32Array([1, 2]), new Float32Array([3, 4])];
    unique.setVectors([0, 1], [first, second]);
    const [one, two, three] = unique.result();
    expect([one === first, two === second, three === first]).toEqual([true, true, false]);
    expect(three).toEqual(first);
  });
});
