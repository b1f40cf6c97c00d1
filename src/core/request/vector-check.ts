/** Checks vectors of all sources: floats or base64 of a response, or the cache. Pure. */

import { MAX_DIMENSIONS } from "../options/embedder-options.js";

/** A vector as the server sent it: numbers in double precision, or base64 in single precision. */
export type RawVector = Float32Array | number[];

/** Whether a value is a vector: 1 to 16,384 numbers that are finite in single precision. */
export function isVector(value: Float32Array | readonly unknown[]): value is RawVector {
  return vectorProblem(value) === undefined;
}

/** Returns the problem of a vector, as the end of a sentence; `undefined` if there is none. */
export function vectorProblem(vector: Float32Array | readonly unknown[]): string | undefined {
  if (vector.length === 0) return "is empty";
  if (vector.length > MAX_DIMENSIONS)
    return `has ${vector.length} dimensions, but ${MAX_DIMENSIONS} is the maximum`;
  return allFinite(vector) ? undefined : "contains a value that is not a finite number";
}

/**
 * Whether all numbers are finite in single precision. A `Float32Array` is checked by its sum, which is faster. The sum
 * of finite float32 numbers cannot overflow a double, and other numbers make it infinite or `NaN`.
 */
function allFinite(vector: Float32Array | readonly unknown[]): boolean {
  if (vector instanceof Float32Array) {
    let sum = 0;
    for (let position = 0; position < vector.length; position++) sum += vector[position] as number;
    return Number.isFinite(sum);
  }
  // 1e39 is not finite in single precision: as a float32 it is infinite.
  return vector.every((number) => typeof number === "number" && Number.isFinite(Math.fround(number)));
}
