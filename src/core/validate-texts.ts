/** Checks texts before a request, so that invalid input causes one clear error. Pure. */

import { cannot, count, listIndexes, type TogetherErrorCode } from "./errors/together-error.js";

/** Texts that can be sent, and which of them were sanitized. */
export interface CheckedTexts {
  readonly texts: string[];
  /** Indexes of texts in which an unpaired surrogate was replaced. */
  readonly sanitized: readonly number[];
}

/**
 * Copies and checks a list of texts. An error names texts that are not strings, or else the blank ones.
 *
 * An unpaired surrogate becomes U+FFFD instead of an error. LangChain's splitter splits emoji (13 of 17 chunks of emoji
 * text, tried 2026-11), and JSON cannot encode the halves.
 *
 * @param texts - Anything, because JavaScript callers pass anything.
 * @param noun - The caller's word for one of them.
 * @param first - The index of the first, where the list is part of a longer one.
 */
export function checkTexts(texts: unknown, task: string, noun: string, first = 0): CheckedTexts {
  const copy = checkList(texts, task, `${noun}s`);
  const reject = (isWrong: (text: string) => boolean, ...problem: Problem): void => {
    const at = indexesOf(copy as string[], isWrong, first);
    const fix = `remove or replace ${at.length === 1 ? "it" : "them"} before calling`;
    rejectTexts("invalid_input", task, noun, at, problem, fix);
  };
  reject((text) => typeof text !== "string", "is not a string", "are not strings");
  reject(isBlank, "is blank", "are blank");
  return toWellFormed(copy as string[], first);
}

/** Copies a list. @throws {@link TogetherError} `invalid_input` if it is not an array */
export function checkList(list: unknown, task: string, nouns: string): unknown[] {
  if (!Array.isArray(list)) {
    const problem = `the ${nouns} are not an array but ${describeType(list)}`;
    throw cannot("invalid_input", task, problem, "pass an array");
  }
  return Array.from(list as unknown[]);
}

/** Checks a query, and replaces unpaired surrogates. */
export function checkQuery(query: unknown, task: string): CheckedTexts {
  if (typeof query !== "string") {
    const problem = `the query is not a string but ${describeType(query)}`;
    throw cannot("invalid_input", task, problem, "pass a string");
  }
  if (isBlank(query)) throw cannot("invalid_input", task, "the query is blank", "pass some text");
  return toWellFormed([query]);
}

/** Whether a text is blank. */
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

/** The problem of one text, and of several. */
type Problem = readonly [one: string, several: string];

/**
 * Throws one error for all invalid texts, if there are any.
 *
 * @param at - Their indexes.
 */
export function rejectTexts(
  code: TogetherErrorCode,
  task: string,
  noun: string,
  at: readonly number[],
  [one, several]: Problem,
  fix: string,
): void {
  const [index] = at;
  if (index === undefined) return;
  if (at.length === 1) throw cannot(code, task, `the ${noun} at index ${index} ${one}`, fix, { index });
  throw cannot(code, task, `the ${noun}s at indexes ${listIndexes(at)} ${several}`, fix);
}

/** Returns the type of a value for a message, never the value. */
export function describeType(value: unknown): string {
  if (value === null) return "null";
  if (value === undefined) return "undefined";
  return Array.isArray(value) ? "an array" : typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** `embed 5 texts with "model"`, for the beginning of an error; without a number if the texts are no list. */
export function embedTask(texts: unknown, model: string): string {
  return `embed ${countOf(texts, "text")} with "${model}"`;
}

/** `estimate 5 texts with "model"`, likewise. */
export function estimateTask(texts: unknown, model: string): string {
  return `estimate ${countOf(texts, "text")} with "${model}"`;
}

/** `embed a query with "model"`, likewise. */
export function queryTask(model: string): string {
  return `embed a query with "${model}"`;
}

/** `rerank 5 documents with "model"`, likewise. */
export function rerankTask(documents: unknown, model: string): string {
  return `rerank ${countOf(documents, "document")} with "${model}"`;
}

function countOf(list: unknown, noun: string): string {
  return Array.isArray(list) ? count(list.length, noun) : `${noun}s`;
}
