/** Tokens of a list's texts, counted or estimated once each: for filling batches, and for what is too long. */

import { estimateTokens } from "./embed/batch-queue.js";
import { cannot, count, listIndexes } from "./errors/together-error.js";
import type { Emit } from "./events.js";
import type { ListRun } from "./embed/unique-texts.js";
import type { ResolvedEmbedder } from "./options/resolve-options.js";
import { indexesOf } from "./validate-texts.js";

/**
 * The tokens of each different text.
 *
 * @throws {@link TogetherError} `text_too_long` if texts beyond the limit are to be rejected; `invalid_option` if the
 * user's tokenizer returns no numbers.
 */
export function countTokens(run: ListRun, task: string, options: ResolvedEmbedder, emit: Emit): number[] {
  const { maxInputTokens, longText } = options;
  const tokens = run.texts.map((text) => (options.countTokens ?? estimateTokens)(text));
  checkCounts(tokens, run, task);
  if (maxInputTokens === undefined) return tokens;
  const long = indexesOf(tokens, (amount) => amount > maxInputTokens);
  if (long.length === 0) return tokens;
  const indexes = long.map((place) => run.firstIndexOf(place));
  if (longText === "reject") throw tooLong(indexes, task, maxInputTokens);
  const longestTokens = long.reduce((most, place) => Math.max(most, tokens[place] as number), 0);
  emit({ type: "text-too-long", indexes, longestTokens, maxInputTokens });
  return tokens;
}

/** A tokenizer that returns its tokens, or a promise, would let every text pass. */
function checkCounts(tokens: readonly unknown[], run: ListRun, task: string): void {
  const place = tokens.findIndex((amount) => !(Number.isFinite(amount) && (amount as number) >= 0));
  if (place < 0) return;
  throw cannot(
    "invalid_option",
    task,
    `\`countTokens\` returned no number for the text at index ${run.firstIndexOf(place)}`,
    "let it return how many tokens the text has, 0 or more, and no promise",
    { index: run.firstIndexOf(place) },
  );
}

function tooLong(indexes: readonly number[], task: string, limit: number): Error {
  const [noun, verb] = indexes.length === 1 ? ["text at index", "is"] : ["texts at indexes", "are"];
  return cannot(
    "text_too_long",
    task,
    `the ${noun} ${listIndexes(indexes)} ${verb} longer than the model's ${count(limit, "token")}`,
    'split them, or set `longText: "send"`',
    { index: indexes.length === 1 ? indexes[0] : undefined },
  );
}
