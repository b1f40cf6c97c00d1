/** Checks texts before anything is sent, so that bad input gets one clear error. Pure. */

import {
  cannot,
  count,
  listIndexes,
  type TogetherError,
  type TogetherErrorCode,
} from "./errors/together-error.js";

/** Texts that can be sent, and which of them were sanitized. */
export interface CheckedTexts {
  readonly texts: string[];
  /** Indexes of texts in which an unpaired surrogate was replaced. */
  readonly sanitized: readonly number[];
}

/**
 * Copies and checks a list of texts; one error names every text of the first kind of fault.
 *
 * An unpaired surrogate becomes U+FFFD instead of an error: LangChain's splitter cuts emoji in two (13 of 17 chunks of
 * emoji text, tried 2026-11), and JSON cannot carry what is left.
 *
 * @param texts - Anything, because JavaScript callers pass anything.
 * @param noun - What the caller calls one of them.
 * @param first - The index of the first, where the list is part of a longer one.
 */
export function checkTexts(texts: unknown, task: string, noun: string, first = 0): CheckedTexts {
  const copy = checkList(texts, task, `${noun}s`);
  const nonStrings = indexesOf(copy, (text) => typeof text !== "string", first);
  if (nonStrings.length > 0) {
    throw wrongTexts(
      "invalid_input",
      task,
      noun,
      nonStrings,
      ["is not a string", "are not strings"],
      removal(nonStrings),
    );
  }
  const blank = indexesOf(copy as string[], isBlank, first);
  if (blank.length > 0)
    throw wrongTexts("invalid_input", task, noun, blank, ["is blank", "are blank"], removal(blank));
  return toWellFormed(copy as string[], first);
}

function removal(at: readonly number[]): string {
  return `remove or replace ${at.length === 1 ? "it" : "them"} before calling`;
}

/** Copies a list. @throws {@link TogetherError} `invalid_input` if it is not an array */
export function checkList(list: unknown, task: string, nouns: string): unknown[] {
  if (!Array.isArray(list)) {
    const problem = `the ${nouns} are not an array but ${describeType(list)}`;
    throw cannot("invalid_input", task, problem, "pass an array");
  }
  return Array.from(list as unknown[]);
}

/** Checks one text, such as a query, and replaces unpaired surrogates. */
export function checkText(text: unknown, task: string, noun: string): { text: string; isSanitized: boolean } {
  if (typeof text !== "string") {
    const problem = `the ${noun} is not a string but ${describeType(text)}`;
    throw cannot("invalid_input", task, problem, "pass a string");
  }
  if (isBlank(text)) throw cannot("invalid_input", task, `the ${noun} is blank`, "pass some text");
  const wellFormed = text.toWellFormed();
  return { text: wellFormed, isSanitized: wellFormed !== text };
}

/** Whether a text has nothing to embed or rerank. */
export function isBlank(text: string): boolean {
  return text.trim() === "";
}

/** Replaces unpaired surrogates. */
export function toWellFormed(texts: readonly string[], first = 0): CheckedTexts {
  const sanitized = indexesOf(texts, (text) => !text.isWellFormed(), first);
  return {
    texts: sanitized.length === 0 ? [...texts] : texts.map((text) => text.toWellFormed()),
    sanitized,
  };
}

/** The indexes of items for which a condition holds, counted from `first`. */
export function indexesOf<Item>(list: readonly Item[], holds: (item: Item) => boolean, first = 0): number[] {
  const indexes: number[] = [];
  for (let index = 0; index < list.length; index++) {
    if (holds(list[index] as Item)) indexes.push(first + index);
  }
  return indexes;
}

/**
 * Creates one error for all texts at fault.
 *
 * @param at - Their indexes.
 * @param problem - What is wrong with one of them, and with several.
 */
export function wrongTexts(
  code: TogetherErrorCode,
  task: string,
  noun: string,
  at: readonly number[],
  problem: readonly [one: string, several: string],
  fix: string,
): TogetherError {
  const isOne = at.length === 1;
  const which = isOne ? `the ${noun} at index` : `the ${noun}s at indexes`;
  const sentence = `${which} ${listIndexes(at)} ${problem[isOne ? 0 : 1]}`;
  return cannot(code, task, sentence, fix, { index: isOne ? at[0] : undefined });
}

/** The type of a value, for a message; never the value. */
export function describeType(value: unknown): string {
  if (value === null) return "null";
  if (value === undefined) return "undefined";
  return Array.isArray(value) ? "an array" : typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** `embed 5 texts with "model"`, for the beginning of an error; without a number if the texts are no list. */
export function embedTask(texts: unknown, model: string): string {
  return `embed ${countOf(texts, "text")} with "${model}"`;
}

/** `rerank 5 documents with "model"`, likewise. */
export function rerankTask(documents: unknown, model: string): string {
  return `rerank ${countOf(documents, "document")} with "${model}"`;
}

function countOf(list: unknown, noun: string): string {
  return Array.isArray(list) ? count(list.length, noun) : `${noun}s`;
}
