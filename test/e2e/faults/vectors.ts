/** What the server, the client and the tests of real faults agree upon. */

import type { EmulatorOptions } from "../../../src/emulator/index.js";
import { vectorOf } from "../../performance/simulation/jobs/texts.js";

export const MODEL = "me/embedding";
export const RERANK = "me/rerank";
const DIMENSIONS = 64;

export const SERVED: EmulatorOptions = {
  models: {
    [MODEL]: { type: "embedding", dimensions: DIMENSIONS },
    [RERANK]: { type: "rerank" },
  },
  embed: (texts) => texts.map((text) => vectorOf(text, DIMENSIONS)),
  keepBodies: false,
};

export function corpus(amount: number): string[] {
  return Array.from({ length: amount }, (_, index) => `passage ${index} of a corpus`);
}

/** The indexes of the texts whose vector is not theirs. */
export function wrongVectors(texts: readonly string[], vectors: readonly ArrayLike<number>[]): number[] {
  return texts.flatMap((text, index) =>
    String(Array.from(vectors[index] ?? [])) === String(vectorOf(text, DIMENSIONS)) ? [] : [index],
  );
}
