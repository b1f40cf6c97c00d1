/** Texts of many kinds, and their vectors and scores in a random job. */

import type { Chance } from "./chance.js";

const PHRASES = [
  "plants turn light into sugar",
  "Привет, мир",
  "汉字与标点。",
  "日本語のテキスト",
  "نص عربي من اليمين",
  "हिन्दी में पाठ",
  "ภาษาไทยไม่มีช่องว่าง",
  "한국어 문장",
  "Ça va être l'été à Zürich",
  "emoji 😀 and family 👩‍👩‍👧‍👦 and flag 🇨🇭",
  "z̷̢a̸l̶g̵o̷",
  "\u202eright to left\u202c",
  "a null \0 inside",
  "lines\r\nand\ttabs\u2028and separators",
  '"quotes" and \\ backslashes \\u0041',
  "</script><!-- {{template}} ${code}",
  "__proto__",
  "constructor",
  "1e999",
  "\ufeffmarked",
];

/** Texts with unpaired surrogates, which text splitters produce. */
const UNPAIRED = ["cut \ud83d", "\ude00 cut", "both \ude00\ud83d wrong", "\ud83d"];

const BLANK = ["", " ", "\n\t", "\u3000"];

/** Draws a list of texts to embed or to rank. One list in fifty has a blank text, which the client rejects. */
export function drawTexts(chance: Chance): string[] {
  const kind = chance.kind({ none: 2, one: 12, few: 55, many: 22, thousands: 0.5, repeats: 10, huge: 0.5 });
  const amount = { none: 0, one: 1, few: chance.whole(2, 20), many: chance.spread(20, 400) };
  if (kind === "thousands") return chance.times(chance.whole(1000, 5000), (index) => `text ${index}`);
  if (kind === "repeats") {
    const pool = chance.times(chance.whole(1, 6), (index) => drawText(chance, index));
    return chance.times(chance.spread(2, 300), () => chance.pick(pool));
  }
  if (kind === "huge") return chance.times(3, (index) => `${index} ${chance.pick(PHRASES)} `.repeat(5000));
  const texts = chance.times(amount[kind], (index) => drawText(chance, index));
  if (texts.length > 0 && chance.holds(0.02)) {
    texts[chance.whole(0, texts.length - 1)] = chance.pick(BLANK);
  }
  return texts;
}

function drawText(chance: Chance, index: number): string {
  if (chance.holds(0.03)) return chance.pick(UNPAIRED);
  const phrase = chance.pick(PHRASES);
  return chance.holds(0.1) ? phrase : `${phrase} ${index} `.repeat(chance.spread(1, 30));
}

/** Returns a text as the server must receive it. */
export function asSent(text: string): string {
  return text.toWellFormed();
}

/** Returns the vector of a text: unique per text of a job, and exact in single precision. */
export function vectorOf(text: string, dimensions: number): number[] {
  let hash = 0x811c9dc5;
  for (let place = 0; place < text.length; place++) {
    hash = Math.imul(hash ^ text.charCodeAt(place), 0x01000193);
  }
  return Array.from({ length: dimensions }, (_, place) => {
    hash = Math.imul(hash ^ (hash >>> 13) ^ place, 0x5bd1e995);
    return (hash >> 8) / 4096;
  });
}

/** Returns the score of a document. There are few different scores, so that some are equal. */
export function scoreOf(query: string, document: string): number {
  const [first] = vectorOf(query + document, 1) as [number];
  return Math.round(first % 20) / 4;
}
