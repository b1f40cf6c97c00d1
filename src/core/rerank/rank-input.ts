/** What is to be reranked, copied and checked before anything is sent. Pure. */

import { checkList, checkQuery, indexesOf, isBlank, rejectTexts, toWellFormed } from "../validate-texts.js";

/** A query and the items to rerank. Blank items are left out. */
export interface RankInput<Item> {
  readonly query: string;
  /** `[0]` if an unpaired surrogate in the query was replaced. */
  readonly sanitizedQuery: readonly number[];
  readonly items: readonly Item[];
  /** The text of each item, as it is sent. */
  readonly texts: readonly string[];
  /** The caller's index of each item. */
  readonly indexes: readonly number[];
  /** The caller's indexes of blank items. */
  readonly blank: readonly number[];
  /** The caller's indexes of items in whose text an unpaired surrogate was replaced. */
  readonly sanitized: readonly number[];
}

/**
 * Copies and checks what is to be reranked, and leaves out blank items.
 *
 * @throws {@link TogetherError} `invalid_input`, naming every item without a text.
 */
export function readRankInput<Item>(
  task: string,
  query: string,
  given: readonly Item[],
  textOf: (item: Item) => string,
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
  const indexes = indexesOf(texts, (text) => !isBlank(text));
  return {
    query: checked.texts[0] as string,
    sanitizedQuery: checked.sanitized,
    items: indexes.map((index) => items[index] as Item),
    texts: indexes.map((index) => wellFormed[index] as string),
    indexes,
    blank: indexesOf(texts, isBlank),
    sanitized,
  };
}
