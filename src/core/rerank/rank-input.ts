/** What is to be reranked, copied and checked before anything is sent. */

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

/**
 * Copies and checks what is to be reranked, leaves out blank items, and emits what it changed.
 *
 * @throws {@link TogetherError} `invalid_input`, naming every item without a text.
 */
export function readRankInput<Item>(
  task: string,
  query: string,
  given: readonly Item[],
  textOf: (item: Item) => string,
  emit: Emit,
): RankInput<Item> {
  const checked = checkQuery(query, task);
  const items = checkList(given, task, "documents") as Item[];
  const texts = items.map((item) => textOf(item));
  rejectTexts(
    "invalid_input",
    task,
    "document",
    indexesOf(texts, (text) => typeof text !== "string"),
    ["has no text", "have no text"],
    "return a string from `textOf` for every document",
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
