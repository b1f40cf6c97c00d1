/** Models, texts and vectors that the server, the client and the tests share. */

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

/** Returns that many different texts. */
export function corpus(amount: number): string[] {
  return Array.from({ length: amount }, (_, index) => `passage ${index} of a corpus`);
}

/** Returns the indexes of the texts that have a wrong or no vector. */
export function wrongVectors(texts: readonly string[], vectors: readonly ArrayLike<number>[]): number[] {
  return texts.flatMap((text, index) =>
    String(Array.from(vectors[index] ?? [])) === String(vectorOf(text, DIMENSIONS)) ? [] : [index],
  );
}
