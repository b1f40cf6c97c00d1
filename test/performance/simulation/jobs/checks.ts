/** Checks of vectors and of progress. */

import { vectorOf } from "./texts.js";
import type { World } from "./world.js";

export interface Progress {
  readonly done: number;
  readonly total: number;
}

/** Returns the problem of a text's vector, if it has one. */
export function wrongVector(
  vector: Float32Array | undefined,
  text: string,
  world: World,
  normalized: boolean,
): string | undefined {
  if (!(vector instanceof Float32Array)) return "is no vector";
  const wanted = vectorOf(text, world.dimensions);
  if (vector.length !== wanted.length) return `has ${vector.length} dimensions`;
  const length = normalized ? Math.hypot(...wanted) || 1 : 1;
  const off = wanted.some(
    (number, place) =>
      Math.abs(number / length - (vector[place] as number)) > 1e-6 * Math.abs(number / length),
  );
  return off ? "is that of another text" : undefined;
}

/** Returns a problem with its position, as a list. */
export function indexed(noun: string, index: number, problem: string | undefined): string[] {
  return problem === undefined ? [] : [`${noun} ${index} ${problem}`];
}

/** Returns the problem of a list's progress, if it has one. */
export function wrongProgress(progress: readonly Progress[], total: number): string[] {
  const falls = progress.some(({ done }, at) => done <= (progress[at - 1]?.done ?? 0));
  const strange = progress.some((step) => step.total !== total || step.done > total);
  const short = total > 0 && progress.at(-1)?.done !== total;
  return falls || strange || short ? [`progress of ${progress.map(({ done }) => done).join(", ")}`] : [];
}
