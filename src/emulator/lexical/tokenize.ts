import { commonWords, stopWords } from "./stop-words.js";

/** A word as both lexical models see it. */
export interface Word {
  /** Identifies the word without its ending. */
  readonly stem: number;
  /** Identifies its first letters, which relatives share: "aeroelastic" and "aeroelasticity". */
  readonly root: number;
  /** Identifies its runs of three letters. */
  readonly grams: readonly number[];
  /** How much it says, from about 0 for "the" to 1.5: a stand-in for rarity, as no collection is at hand. */
  readonly weight: number;
}

// Words of at most this many are remembered, which is most of any collection; then it starts anew.
const MOST_REMEMBERED = 50_000;
const ROOT_LETTERS = 6;
const remembered = new Map<string, Word>();

// camelCase is two words; scripts without spaces go by their characters.
const CAMEL_CASE = /(\p{Ll})(\p{Lu})/gu;
const WORDS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[\p{L}\p{N}\p{M}]+/gu;
const SYMBOLS = /\S/gu;

/** The words of a text in order; of one without words, its symbols. */
export function tokenize(text: string): Word[] {
  const plain = text.replace(CAMEL_CASE, "$1 $2").toLowerCase();
  const tokens = plain.match(WORDS) ?? plain.match(SYMBOLS) ?? [];
  return tokens.map(wordOf);
}

function wordOf(token: string): Word {
  const known = remembered.get(token);
  if (known) return known;
  const stem = stemOf(token);
  const word = {
    stem: hash(stem),
    root: hash(`^${stem.slice(0, ROOT_LETTERS)}`),
    grams: gramsOf(`_${stem}_`),
    weight: weightOf(token, stem),
  };
  if (remembered.size >= MOST_REMEMBERED) remembered.clear();
  remembered.set(token, word);
  return word;
}

function gramsOf(text: string): number[] {
  const grams: number[] = [];
  for (let at = 0; at + 3 <= text.length; at++) grams.push(hash(`#${text.slice(at, at + 3)}`));
  return grams;
}

/** FNV-1a with a finish that spreads its high bits. */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return mixed(value);
}

/** Spreads a 32-bit number over all its bits. */
export function mixed(value: number): number {
  let bits = Math.imul(value ^ (value >>> 16), 0x45d9f3b);
  bits = Math.imul(bits ^ (bits >>> 16), 0x45d9f3b);
  return (bits ^ (bits >>> 16)) >>> 0;
}

function weightOf(token: string, stem: string): number {
  if (stopWords.has(token)) return 0.05;
  if (commonWords.has(token) || commonWords.has(stem)) return 0.5;
  if (/^\d+$/.test(token)) return 0.7;
  return Math.min(1.4, 0.6 + 0.08 * token.length);
}

/** Takes plural, participle and adverb endings away: light, because too little is better than two words made one. */
function stemOf(word: string): string {
  if (word.length < 4 || !/^[a-z]+$/.test(word)) return word;
  return withoutEnding(singular(word));
}

function singular(word: string): string {
  if (word.endsWith("ies") && word.length > 4) return `${word.slice(0, -3)}y`;
  if (/(?:ss|sh|ch|x|z)es$/.test(word)) return word.slice(0, -2);
  return /[^sui]s$/.test(word) ? word.slice(0, -1) : word;
}

function withoutEnding(word: string): string {
  const [, root = word] = /^(.*[aeiouy].*[^aeiou].*?)(?:ing|ed|ly|e)$/.exec(word) ?? [];
  if (root.length < 3) return word;
  // "running" leaves "runn", "stopped" "stopp".
  return /([bdfgmnprt])\1$/.test(root) ? root.slice(0, -1) : root;
}
