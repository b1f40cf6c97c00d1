import { describe, expect, it } from "vitest";
import { normalize, toFloat32, toNumbers } from "../../../../src/core/embed/vectors.js";

const numbers = [1.5, -2, 0];

describe("a vector", () => {
  it("becomes single precision, or stays what it is", () => {
    const floats = Float32Array.from(numbers);
    expect(toFloat32(floats)).toBe(floats);
    expect(toFloat32(numbers)).toEqual(floats);
  });

  it("becomes a list of plain numbers, or stays what it is", () => {
    expect(toNumbers(numbers)).toBe(numbers);
    const list = toNumbers(Float32Array.from(numbers));
    expect(list).toStrictEqual(numbers);
    expect(Array.isArray(list)).toBe(true);
    expect(toNumbers(new Float32Array())).toStrictEqual([]);
  });

  it.each([
    ["of any length gets the length 1", [2, 0, -2, 2, 2], [0.5, 0, -0.5, 0.5, 0.5]],
    ["of zeros stays as it is", [0, 0], [0, 0]],
  ])("%s", (_, vector, scaled) => {
    expect(normalize(vector)).toBe(vector);
    expect(vector).toEqual(scaled);
  });
});
