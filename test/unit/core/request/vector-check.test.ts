import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isVector, vectorProblem } from "../../../../src/core/request/vector-check.js";

const NOT_FINITE = "contains a value that is not a finite number";
const LARGEST = 3.4028234663852886e38;

describe("vectorProblem()", () => {
  it.each([
    ["no numbers", [], "is empty"],
    ["no numbers of single precision", new Float32Array(), "is empty"],
    ["16,385 numbers", new Float32Array(16_385), "has 16385 dimensions, but 16384 is the maximum"],
    ["infinity", [1, Number.POSITIVE_INFINITY], NOT_FINITE],
    ["infinity in single precision", Float32Array.of(1, Number.NEGATIVE_INFINITY), NOT_FINITE],
    ["both infinities", Float32Array.of(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY), NOT_FINITE],
    ["no number", Float32Array.of(1, Number.NaN, 2), NOT_FINITE],
    ["a number beyond single precision", [1e39], NOT_FINITE],
    ["text", [1, "2"], NOT_FINITE],
    ["null", [null], NOT_FINITE],
  ])("describes a vector with %s", (_, vector, problem) => {
    expect(vectorProblem(vector)).toBe(problem);
    expect(isVector(vector)).toBe(false);
  });

  it.each([
    ["one number", [0]],
    ["16,384 numbers", new Float32Array(16_384)],
    ["the largest numbers of single precision", new Float32Array(16_384).fill(LARGEST)],
    ["the smallest numbers of single precision", new Float32Array(16_384).fill(-LARGEST)],
    ["a number of double precision", [Math.PI]],
  ])("finds no problem in %s", (_, vector) => {
    expect(vectorProblem(vector)).toBeUndefined();
    expect(isVector(vector)).toBe(true);
  });

  it("finds the same in single precision and in an array of the same numbers", () => {
    fc.assert(
      fc.property(fc.float32Array({ maxLength: 30 }), (vector) => {
        expect(vectorProblem(vector)).toBe(vectorProblem([...vector]));
      }),
    );
  });
});
