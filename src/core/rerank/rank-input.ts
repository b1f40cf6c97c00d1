/** What is to be ranked, copied and checked before anything is sent. Pure. */

import { cannot, listIndexes } from "../errors/together-error.js";
import { checkList, checkText, indexesOf, isBlank, repair } from "../validate-texts.js";

/** A query and the items that can be ranked by it. */
export interface RankList<Item> {
  readonly query: string;
  readonly items: readonly Item[];
  readonly texts: readonly string[];
  /** The caller's index of each item. */
  readonly indexes: readonly number[];
  /** The caller's indexes of items that were left out, because there is nothing in them to rank. */
  readonly blank: readonly number[];
  /** The caller's indexes of items whose text had to be repaired. */
  readonly repaired: readonly number[];
}

/**
 * Copies and checks all that is to be ranked, and leaves out what is blank.
 *
 * @throws {@link TogetherError} `invalid_input`, naming every item without a text.
 */
export function readRankList<Item>(
  task: string,
  query: string,
  given: readonly Item[],
  textOf: (item: Item) => string,
): RankList<Item> {
  const checkedQuery = checkText(query, task, "query");
  const items = checkList(given, task, "documents") as Item[];
  const texts = items.map((item) => textOf(item));
  checkForeign(task, texts);
  const { texts: sound, repaired } = repair(texts);
  const indexes = indexesOf(texts, (text) => !isBlank(text));
  return {
    query: checkedQuery.text,
    items: indexes.map((index) => items[index] as Item),
    texts: indexes.map((index) => sound[index] as string),
    indexes,
    blank: indexesOf(texts, isBlank),
    repaired,
  };
}

function checkForeign(task: string, texts: readonly unknown[]): void {
  const foreign = indexesOf(texts, (text) => typeof text !== "string");
  if (foreign.length === 0) return;
  throw cannot(
    "invalid_input",
    task,
    `there is no text at ${foreign.length === 1 ? "index" : "indexes"} ${listIndexes(foreign)}`,
    "every document needs a text to be ranked by",
    { index: foreign.length === 1 ? foreign[0] : undefined },
  );
}
