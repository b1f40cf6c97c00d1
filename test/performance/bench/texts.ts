/** Generates texts: 200 characters each, all different, the same in every run. */

import { seededRandom } from "../../../src/emulator/random.js";

const LENGTH = 200;
const WORDS =
  `plants turn light into sugar while rivers carry stones toward the open sea and every winter the snow
  covers fields where farmers grow wheat barley or rye for bread that bakers sell in towns along old roads`.split(
    /\s+/,
  );

/** Generates texts one by one, so that a stream keeps no used text in memory. */
export function* textsOf(amount: number, seed = 1): Generator<string> {
  const random = seededRandom(seed);
  for (let number = 0; number < amount; number++) yield textOf(number, random);
}

function textOf(number: number, random: () => number): string {
  let text = `${number}:`;
  while (text.length < LENGTH) text += ` ${WORDS[Math.floor(random() * WORDS.length)]}`;
  return text.slice(0, LENGTH - 1) + ".";
}
