import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { somePassages, type StoredPassage } from "../support/passages.js";

/** Number of different passages in a generated corpus. */
const REAL_PASSAGES = 5000;

/**
 * Writes a sample corpus. It contains real passages. A larger corpus repeats them, each time under another heading, so
 * that no two passages are equal.
 */
export async function writeCorpus(corpus: string, amount: number, folder: string): Promise<void> {
  const real = await somePassages(Math.min(amount, REAL_PASSAGES), folder);
  function* lines(): Generator<string> {
    for (let number = 0; number < amount; number++) {
      const { text, file } = real[number % real.length] as StoredPassage;
      const edition = Math.floor(number / real.length);
      yield `${JSON.stringify({ text: edition === 0 ? text : `Edition ${edition}\n\n${text}`, file })}\n`;
    }
  }
  await pipeline(Readable.from(lines()), createWriteStream(corpus));
}
