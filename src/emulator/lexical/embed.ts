import type { EmulatedEmbeddingModel } from "../models.js";
import { hash, mixed, tokenize, type Word } from "./tokenize.js";

// What the parts of a word count for beside the word itself.
const ROOT = 0.4;
const GRAM = 0.12;
const PAIR = 0.25;
// So many words at the beginning of a text, where it says what it is about, count twice.
const OPENING = 12;
// How far the noise that makes every vector dense, and its own, may move one of length 1.
const NOISE = 0.1;

/**
 * Vectors made of words: each word, its beginning, its runs of three letters and each pair of neighbours adds its
 * weight, with a sign of its own, at a place that its hash chooses.
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
  // An instruction moves the vector of a real model a little, and its match very little.
  if (instruction) add(vector, hash(instruction), NOISE / 2);
  scale(vector, unitLength ? 1 : 1.05 + (hash(text) % 500) / 1000);
  return vector;
}

// What models that want one are told before a query (their model cards): BGE and UAE, then E5-instruct.
const INSTRUCTION =
  /^(?:Represent this sentence for searching relevant passages: ?|Instruct: [^\n]*\nQuery: ?)/;

/** Tells the instruction for a model from the text that it is about. */
export function withoutInstruction(text: string): [instruction: string, content: string] {
  const instruction = INSTRUCTION.exec(text)?.[0] ?? "";
  return [instruction, text.slice(instruction.length)];
}

function addWords(vector: Float32Array, words: readonly Word[]): void {
  for (const [word, count] of counted(words)) addWord(vector, word, word.weight * (1 + Math.log(count)));
  for (let at = 1; at < words.length; at++) {
    const [one, two] = [words[at - 1] as Word, words[at] as Word];
    add(vector, mixed(Math.imul(one.stem, 31) + two.stem), PAIR * Math.min(one.weight, two.weight));
  }
}

/** How often each word occurs. */
function counted(words: readonly Word[]): Map<Word, number> {
  const counts = new Map<Word, number>();
  for (const [at, word] of words.entries())
    counts.set(word, (counts.get(word) ?? 0) + (at < OPENING ? 2 : 1));
  return counts;
}

function addWord(vector: Float32Array, word: Word, weight: number): void {
  add(vector, word.stem, weight);
  add(vector, word.root, ROOT * weight);
  for (const gram of word.grams) add(vector, gram, GRAM * weight);
}

function add(vector: Float32Array, feature: number, weight: number): void {
  const place = (feature >>> 1) % vector.length;
  vector[place] = (vector[place] as number) + (feature & 1 ? weight : -weight);
}

/** Makes a vector as dense as a model's, and a little different for every text, also for one without words. */
function addNoise(vector: Float32Array, seed: number): void {
  const most = (2 * NOISE * Math.sqrt(3 / vector.length)) / 4_294_967_296;
  let state = seed || 1;
  for (let at = 0; at < vector.length; at++) {
    // xorshift32
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    vector[at] = (vector[at] as number) + state * most;
  }
}

/** Gives a vector this length, and its numbers no more digits than JSON needs to carry them unchanged. */
function scale(vector: Float32Array, length: number): void {
  let squares = 0;
  for (const value of vector) squares += value * value;
  if (squares === 0) return;
  const factor = (1e7 * length) / Math.sqrt(squares);
  // Adding 0 makes 0 of -0, whose sign JSON would lose.
  for (let at = 0; at < vector.length; at++)
    vector[at] = Math.round((vector[at] as number) * factor) / 1e7 + 0;
}
