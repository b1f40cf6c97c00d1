import { commonWords, stopWords } from "./stop-words.js";

/** A word, as the lexical models read it. */
export interface Word {
  /** Hash of the word without its ending. */
  readonly stem: number;
  /** Hash of the first letters, which related words share: "aeroelastic" and "aeroelasticity". */
  readonly root: number;
  /** Hashes of the trigrams. */
  readonly grams: readonly number[];
  /** Estimated information content, from 0.05 for "the" to 1.4. It replaces IDF, which needs a corpus. */
  readonly weight: number;
}

// Enough for most words of any corpus. A full cache is cleared.
const MAX_CACHED_WORDS = 50_000;
const ROOT_LETTERS = 6;
/** A longer word keeps its ending, and is not cached: it is data, and the search for its ending takes cubic time. */
const MAX_WORD_LETTERS = 100;
const cache = new Map<string, Word>();

// camelCase is two words. In scripts without spaces every character is a word.
const CAMEL_CASE = /(\p{Ll})(\p{Lu})/gu;
const WORDS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[\p{L}\p{N}\p{M}]+/gu;
const SYMBOLS = /\S/gu;

/** Splits a text into words, in order. A text without words is split into its symbols. */
export function tokenize(text: string): Word[] {
  const plain = text.replace(CAMEL_CASE, "$1 $2").toLowerCase();
  const tokens = plain.match(WORDS) ?? plain.match(SYMBOLS) ?? [];
  return tokens.map(toWord);
}

function toWord(token: string): Word {
  const cached = cache.get(token);
  if (cached) return cached;
  const stem = stemOf(token);
  const word = {
    stem: hash(stem),
    root: hash(`^${stem.slice(0, ROOT_LETTERS)}`),
    grams: trigramsOf(`_${stem}_`),
    weight: weightOf(token, stem),
  };
  if (token.length > MAX_WORD_LETTERS) return word;
  if (cache.size >= MAX_CACHED_WORDS) cache.clear();
  cache.set(token, word);
  return word;
}

function trigramsOf(text: string): number[] {
  const grams: number[] = [];
  for (let at = 0; at + 3 <= text.length; at++) grams.push(hash(`#${text.slice(at, at + 3)}`));
  return grams;
}

/** Hashes a text to 32 bits: FNV-1a, then {@link mixed} to spread its high bits. */
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

/** Removes plural, participle and adverb endings. It removes little, because two words must not have the same stem. */
function stemOf(word: string): string {
  if (word.length < 4 || word.length > MAX_WORD_LETTERS || !/^[a-z]+$/.test(word)) return word;
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
  // Without its ending, "running" is "runn", and "stopped" is "stopp".
  return /([bdfgmnprt])\1$/.test(root) ? root.slice(0, -1) : root;
}
