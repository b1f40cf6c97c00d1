/** Vectors that the benchmark can check, exact in single precision. */

export const MODEL = "bench/embedding";
export const DIMENSIONS = 1024;

/** Returns the vector of a text. Its first number is unique; the others are the same for all texts, and not 0. */
export function vectorOf(text: string): number[] {
  const vector = Array.from({ length: DIMENSIONS }, (_, place) => (1 + (place % 255)) / 256);
  vector[0] = Number.parseInt(text, 10);
  return vector;
}

export function isVectorOf(text: string, vector: readonly number[] | undefined): boolean {
  const wanted = vectorOf(text);
  return vector?.length === wanted.length && wanted.every((number, place) => vector[place] === number);
}
