import type { EmulatedEmbeddingModel } from "../models.js";
import { hash, mixed, tokenize, type Word } from "./tokenize.js";

// Weights of the features of a word, relative to the word itself.
const ROOT = 0.4;
const GRAM = 0.12;
const PAIR = 0.25;
/** The first words of a text often name its topic: this many count twice. */
const OPENING_WORDS = 12;
/** Expected length of the noise that is added to a vector of length 1. */
const NOISE = 0.1;

/**
 * Embeds texts by feature hashing. Each word, its root, its trigrams and each pair of neighbours adds its weight to one
 * dimension. The feature's hash selects the dimension and the sign.
 */
export function lexicalVectors(
  texts: readonly string[],
  _id: string,
  model: EmulatedEmbeddingModel,
): Float32Array[] {
  return texts.map((text) => lexicalVector(text, model));
}

function lexicalVector(
  text: string,
  { dimensions, unitLength = true }: EmulatedEmbeddingModel,
): Float32Array {
  const [instruction, content] = withoutInstruction(text);
  const vector = new Float32Array(dimensions);
  addWords(vector, tokenize(content));
  scale(vector, 1);
  addNoise(vector, hash(content));
  // An instruction changes the vector of a real model a little, and the similarity to its match very little.
  if (instruction) add(vector, hash(instruction), NOISE / 2);
  scale(vector, unitLength ? 1 : 1.05 + (hash(text) % 500) / 1000);
  return vector;
}

// The query instructions of BGE and UAE, then of E5-instruct (their model cards).
const INSTRUCTION =
  /^(?:Represent this sentence for searching relevant passages: ?|Instruct: [^\n]*\nQuery: ?)/;

/** Splits a text into the instruction for the model and the content. */
export function withoutInstruction(text: string): [instruction: string, content: string] {
  const instruction = INSTRUCTION.exec(text)?.[0] ?? "";
  return [instruction, text.slice(instruction.length)];
}

function addWords(vector: Float32Array, words: readonly Word[]): void {
  for (const [word, count] of countWords(words)) addWord(vector, word, word.weight * (1 + Math.log(count)));
  for (let at = 1; at < words.length; at++) {
    const [one, two] = [words[at - 1] as Word, words[at] as Word];
    add(vector, mixed(Math.imul(one.stem, 31) + two.stem), PAIR * Math.min(one.weight, two.weight));
  }
}

function countWords(words: readonly Word[]): Map<Word, number> {
  const counts = new Map<Word, number>();
  for (const [at, word] of words.entries()) {
    counts.set(word, (counts.get(word) ?? 0) + (at < OPENING_WORDS ? 2 : 1));
  }
  return counts;
}

function addWord(vector: Float32Array, word: Word, weight: number): void {
  add(vector, word.stem, weight);
  add(vector, word.root, ROOT * weight);
  for (const gram of word.grams) add(vector, gram, GRAM * weight);
}

function add(vector: Float32Array, feature: number, weight: number): void {
  const dimension = (feature >>> 1) % vector.length;
  vector[dimension] = (vector[dimension] as number) + (feature & 1 ? weight : -weight);
}

/** Adds noise, so that a vector is dense like a model's, and unique even for a text without words. */
function addNoise(vector: Float32Array, seed: number): void {
  const factor = (2 * NOISE * Math.sqrt(3 / vector.length)) / 4_294_967_296;
  let state = seed || 1;
  for (let at = 0; at < vector.length; at++) {
    // xorshift32
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    vector[at] = (vector[at] as number) + state * factor;
  }
}

/** Scales a vector to a length, and rounds its numbers to 7 digits, so that JSON returns them unchanged. */
function scale(vector: Float32Array, length: number): void {
  let squares = 0;
  for (const value of vector) squares += value * value;
  if (squares === 0) return;
  const factor = (1e7 * length) / Math.sqrt(squares);
  // `+ 0` turns -0 into 0, because JSON loses the sign.
  for (let at = 0; at < vector.length; at++)
    vector[at] = Math.round((vector[at] as number) * factor) / 1e7 + 0;
}
