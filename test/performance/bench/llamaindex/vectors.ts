/** Vectors that a client can check, in numbers that single precision holds exactly. */

export const MODEL = "bench/embedding";
export const DIMENSIONS = 1024;

/** The first number is the text's own; the others are the same for all, and none of them is 0. */
export function vectorOf(text: string): number[] {
  const vector = Array.from({ length: DIMENSIONS }, (_, place) => (1 + (place % 255)) / 256);
  vector[0] = Number.parseInt(text, 10);
  return vector;
}

export function isVectorOf(text: string, vector: readonly number[] | undefined): boolean {
  const wanted = vectorOf(text);
  return vector?.length === wanted.length && wanted.every((number, place) => vector[place] === number);
}
