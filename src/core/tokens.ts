/** Counts or estimates tokens, to fill batches and to find texts that are too long. */

import { isHandledPromise } from "./callbacks.js";
import { cannot, count } from "./errors/together-error.js";
import type { Emit } from "./events.js";
import { indexesOf, rejectTexts } from "./validate-texts.js";

/** Tokens per letter and per digit; every other character is one token. Measured with BERT's vocabulary, 2026-11. */
const TOKENS_PER_LETTER = 1 / 4.5;
const TOKENS_PER_DIGIT = 1 / 2;

/**
 * Estimates the tokens of a text from its characters. The error is below a third for most texts, and at most a factor
 * of 2.7. English prose has 4.5 characters per token, code 3, hashes 2, Chinese 1 (BERT's vocabulary, 2026-11). So the
 * estimate fills batches and causes events. It never rejects or truncates a text.
 */
export function estimateTokens(text: string): number {
  let tokens = 2;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if ((code > 96 && code < 123) || (code > 64 && code < 91)) tokens += TOKENS_PER_LETTER;
    else if (code > 47 && code < 58) tokens += TOKENS_PER_DIGIT;
    else if (code > 32) tokens += 1;
  }
  return Math.ceil(tokens);
}

/** The texts of a call. */
export interface CountedTexts {
  readonly texts: readonly string[];
  /** The caller's index of the text at a position. */
  firstIndexOf(position: number): number;
}

/**
 * Counts or estimates the tokens of each text.
 *
 * @throws {@link TogetherError} `invalid_option` if `countOne` returns no number.
 */
export function countTokens(
  list: CountedTexts,
  task: string,
  countOne: (text: string) => number = estimateTokens,
): number[] {
  return list.texts.map((text, position) => checkCount(countOne(text), position, list, task));
}

/** The treatment of texts that are too long. */
export interface LongTextOptions {
  readonly maxInputTokens: number | undefined;
  readonly longText: "send" | "reject";
}

/**
 * Rejects texts that are too long, or emits their indexes.
 *
 * @param tokens - Of each text.
 * @throws {@link TogetherError} `text_too_long` if `longText` is `"reject"` and a text is beyond the limit.
 */
export function checkLengths(
  list: CountedTexts,
  tokens: readonly number[],
  task: string,
  { maxInputTokens, longText }: LongTextOptions,
  emit: Emit,
): void {
  if (maxInputTokens === undefined) return;
  const tooLong = indexesOf(tokens, (amount) => amount > maxInputTokens);
  if (tooLong.length === 0) return;
  const indexes = tooLong.map((position) => list.firstIndexOf(position));
  if (longText === "reject") {
    const problem = `longer than the model's ${count(maxInputTokens, "token")}`;
    const fix = 'split them, or set `longText: "send"`';
    rejectTexts("text_too_long", task, "text", indexes, [`is ${problem}`, `are ${problem}`], fix);
  }
  const longestTokens = tooLong.reduce((most, position) => Math.max(most, tokens[position] as number), 0);
  emit({ type: "text-too-long", indexes, longestTokens, maxInputTokens });
}

/** A tokenizer that returns its tokens, or a promise, would accept every text. */
function checkCount(amount: unknown, position: number, list: CountedTexts, task: string): number {
  if (Number.isFinite(amount) && (amount as number) >= 0) return amount as number;
  isHandledPromise(amount);
  const index = list.firstIndexOf(position);
  throw cannot(
    "invalid_option",
    task,
    `\`countTokens\` returned no number for the text at index ${index}`,
    "return the number of tokens of the text, 0 or more, not a promise",
    { index },
  );
}
