/**
 * Vectors that take the server almost no time, and that the benchmark can check. The first numbers are a hash of the
 * whole text; the others are from a small pool.
 */

import { seededRandom } from "../../../src/emulator/random.js";

export const DIMENSIONS = 1024;

/** Count of first numbers that are unique per text. Three floats are exactly sixteen characters of base64. */
export const HEAD = 3;

const POOL = 61;
const random = seededRandom(61);

/** The vectors without their heads, with as many digits as Together sends (its own samples, 2026-04). */
export const tails: readonly (readonly number[])[] = Array.from({ length: POOL }, () =>
  Array.from({ length: DIMENSIONS - HEAD }, () => Number(((random() - 0.5) / 8).toPrecision(8))),
);

/** Returns the FNV-1a hash. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let place = 0; place < text.length; place++)
    hash = Math.imul(hash ^ text.charCodeAt(place), 0x01000193);
  return hash >>> 0;
}

/** Returns the first numbers of a text's vector: exact in single precision, and short. */
export function headOf(hash: number): [number, number, number] {
  return [(hash >>> 16) / 65_536, (hash & 0xffff) / 65_536, (hash % POOL) / 64];
}

/** Returns the index of a text's tail. */
export function tailOf(hash: number): number {
  return hash % POOL;
}

/** Checks every number of a vector. @throws Error unless it is the vector of the text. */
export function checkVector(text: string, vector: ArrayLike<number>): void {
  const hash = hashOf(text);
  const tail = tails[tailOf(hash)] as readonly number[];
  if (vector.length !== DIMENSIONS) throw new Error(`a vector has ${vector.length} dimensions`);
  headOf(hash).forEach((number, place) => {
    if (vector[place] !== number) throw new Error(`a vector is another text's, or corrupt at ${place}`);
  });
  for (let place = HEAD; place < DIMENSIONS; place++) {
    const wanted = Math.fround(tail[place - HEAD] as number);
    if (Math.fround(vector[place] as number) !== wanted) throw new Error(`a vector is corrupt at ${place}`);
  }
}

/** Returns the score of a document, which does not depend on the others. */
export function scoreOf(document: string): number {
  return hashOf(document) / 2 ** 32;
}

/** Checks a ranking. @throws Error unless it has every document once, with its score, best first. */
export function checkRanking(
  documents: readonly string[],
  ranked: readonly { index: number; score: number }[],
): void {
  const seen = new Set(ranked.map(({ index }) => index));
  if (seen.size !== documents.length)
    throw new Error(`${seen.size} of ${documents.length} documents are ranked`);
  let last = Infinity;
  for (const { index, score } of ranked) {
    if (score !== scoreOf(documents[index] as string))
      throw new Error(`document ${index} has another's score`);
    if (score > last) throw new Error("the ranking is out of order");
    last = score;
  }
}
