/** Looks at texts before anything is sent: bad input gets one clear error, and nothing is lost on the way. Pure. */

import { cannot, count, listIndexes, type TogetherError } from "./errors/together-error.js";

/** Texts that can be sent, and which of them had to be repaired. */
export interface CheckedTexts {
  readonly texts: string[];
  readonly repaired: readonly number[];
}

/**
 * Copies a list of texts and checks it whole, so that one error names every text at fault.
 *
 * Half a surrogate pair becomes U+FFFD instead of an error: LangChain's splitter cuts emoji in two (13 of 17 chunks
 * of emoji text, tried 2026-11), and JSON cannot carry what is left.
 *
 * @param texts - Anything, because JavaScript users pass anything.
 * @param noun - What the caller calls them, in the singular.
 * @param first - The index of the first, where the list is part of a longer one.
 */
export function checkTexts(texts: unknown, task: string, noun: string, first = 0): CheckedTexts {
  const copy = checkList(texts, task, `${noun}s`);
  const foreign = indexesOf(copy, (text) => typeof text !== "string", first);
  if (foreign.length > 0) throw wrongTexts(task, noun, foreign, "is not a string", "are not strings");
  const blank = indexesOf(copy as string[], isBlank, first);
  if (blank.length > 0) throw wrongTexts(task, noun, blank, "is blank", "are blank");
  return repair(copy as string[], first);
}

/** Copies a list; anything else is an error. */
export function checkList(list: unknown, task: string, nouns: string): unknown[] {
  if (!Array.isArray(list)) {
    throw cannot("invalid_input", task, `the ${nouns} are not an array but ${kindOf(list)}`, "pass an array");
  }
  return Array.from(list as unknown[]);
}

/** Checks a text that stands for itself, such as a query, and repairs it. */
export function checkText(text: unknown, task: string, noun: string): { text: string; repaired: boolean } {
  if (typeof text !== "string") {
    throw cannot("invalid_input", task, `the ${noun} is not a string but ${kindOf(text)}`, "pass a string");
  }
  if (isBlank(text)) throw cannot("invalid_input", task, `the ${noun} is blank`, "pass some text");
  const wellFormed = text.toWellFormed();
  return { text: wellFormed, repaired: wellFormed !== text };
}

/** Whether there is nothing in a text to embed or rank. */
export function isBlank(text: string): boolean {
  return text.trim() === "";
}

/** Replaces halves of surrogate pairs, and says where. */
export function repair(texts: readonly string[], first = 0): CheckedTexts {
  const repaired = indexesOf(texts, (text) => !text.isWellFormed(), first);
  return { texts: repaired.length === 0 ? [...texts] : texts.map((text) => text.toWellFormed()), repaired };
}

/** The places where something holds. */
export function indexesOf<Item>(list: readonly Item[], holds: (item: Item) => boolean, first = 0): number[] {
  const indexes: number[] = [];
  for (let place = 0; place < list.length; place++) {
    if (holds(list[place] as Item)) indexes.push(first + place);
  }
  return indexes;
}

function wrongTexts(task: string, noun: string, at: number[], one: string, many: string): TogetherError {
  const problem =
    at.length === 1
      ? `the ${noun} at index ${at[0]} ${one}`
      : `the ${noun}s at indexes ${listIndexes(at)} ${many}`;
  const remedy = `remove or replace ${at.length === 1 ? "it" : "them"} before calling`;
  return cannot("invalid_input", task, problem, remedy, { index: at.length === 1 ? at[0] : undefined });
}

/** What something is, for a message: never its value. */
export function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (value === undefined) return "undefined";
  return Array.isArray(value) ? "an array" : typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** `embed 5 texts`, for the beginning of an error. */
export function embedTask(amount: number, model: string): string {
  return `embed ${count(amount, "text")} with "${model}"`;
}
