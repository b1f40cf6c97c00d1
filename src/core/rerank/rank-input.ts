/** Copies and checks the input of a rerank call before a request. */

import { isHandledPromise } from "../callbacks.js";
import { cannot } from "../errors/together-error.js";
import { emitSanitized, type Emit } from "../events.js";
import { checkList, checkQuery, indexesOf, isBlank, rejectTexts, toWellFormed } from "../validate-texts.js";

/** A query and the items to rerank. Blank items are left out. */
export interface RankInput<Item> {
  readonly query: string;
  readonly items: readonly Item[];
  /** The text of each item, as it is sent. */
  readonly texts: readonly string[];
  /** The caller's index of each item. */
  readonly indexes: readonly number[];
}

/** The input of a rerank call, as the caller passed it. */
export interface GivenRankInput<Item> {
  readonly query: string;
  readonly items: readonly Item[];
  /** Returns the text of an item. */
  readonly textOf: (item: Item) => string;
  /** The name of this function for the caller. */
  readonly textOfName: string;
}

/**
 * Copies and checks the input, leaves out blank items, and emits events for its changes.
 *
 * @throws {@link TogetherError} `invalid_input`, naming every item without a text; `invalid_option` if `textOf` returns a
 * promise.
 */
export function readRankInput<Item>(
  task: string,
  { query, items: given, textOf, textOfName }: GivenRankInput<Item>,
  emit: Emit,
): RankInput<Item> {
  const checked = checkQuery(query, task);
  const items = checkList(given, task, "documents") as Item[];
  const texts = items.map((item, index) => {
    const text = textOf(item);
    if (!isHandledPromise(text)) return text;
    const problem = `\`${textOfName}\` returned a promise for the document at index ${index}`;
    throw cannot("invalid_option", task, problem, "return a string, not a promise", { index });
  });
  rejectTexts(
    "invalid_input",
    task,
    "document",
    indexesOf(texts, (text) => typeof text !== "string"),
    ["has no text", "have no text"],
    `return a string from \`${textOfName}\` for every document`,
  );
  const { texts: wellFormed, sanitized } = toWellFormed(texts);
  const blank = indexesOf(texts, isBlank);
  if (blank.length > 0) emit({ type: "document-skipped", indexes: blank });
  emitSanitized(emit, "query", checked.sanitized);
  emitSanitized(emit, "documents", sanitized);
  const indexes = indexesOf(texts, (text) => !isBlank(text));
  return {
    query: checked.texts[0] as string,
    items: indexes.map((index) => items[index] as Item),
    texts: indexes.map((index) => wellFormed[index] as string),
    indexes,
  };
}
