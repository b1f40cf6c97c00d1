import { describe, expect, it } from "vitest";
import { normalize, toFloat32, toNumbers } from "../../../../src/core/embed/vectors.js";

const numbers = [1.5, -2, 0];

describe("toFloat32(), toNumbers() and normalize()", () => {
  it("returns single precision, or the same vector if it is already", () => {
    const floats = Float32Array.from(numbers);
    expect(toFloat32(floats)).toBe(floats);
    expect(toFloat32(numbers)).toEqual(floats);
  });

  it("returns a list of plain numbers, or the same list if it is already", () => {
    expect(toNumbers(numbers)).toBe(numbers);
    const list = toNumbers(Float32Array.from(numbers));
    expect(list).toStrictEqual(numbers);
    expect(Array.isArray(list)).toBe(true);
    expect(toNumbers(new Float32Array())).toStrictEqual([]);
  });

  it.each([
    ["of any length gets the length 1", [2, 0, -2, 2, 2], [0.5, 0, -0.5, 0.5, 0.5]],
    ["of zeros stays as it is", [0, 0], [0, 0]],
  ])("keeps or scales: %s", (_, vector, scaled) => {
    expect(normalize(vector)).toBe(vector);
    expect(vector).toEqual(scaled);
  });
});
