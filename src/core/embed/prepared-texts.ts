/**
 * Prepares a list before it is sent. `embed` and `estimate` both use it, so an estimate counts the texts that are sent.
 */

import type { ResolvedEmbedder } from "../options/resolve-options.js";
import { BatchQueue } from "../request/batch-queue.js";
import type { RawVector } from "../request/vector-check.js";
import { countTokens } from "../tokens.js";
import { checkTexts } from "../validate-texts.js";
import { UniqueTexts } from "./unique-texts.js";
import type { VectorCache } from "./vector-cache.js";
import type { VectorLength } from "./vector-length.js";

/** How a list is prepared. */
export interface PrepareOptions<Vector> {
  /** The requested action; completes the sentence "Cannot ...". */
  readonly task: string;
  /** The caller's index of the first text. */
  readonly first: number;
  /** Added before each text. */
  readonly prefix: string;
  /** Makes the caller's kind of vector. */
  readonly convert: (vector: RawVector) => Vector;
  readonly options: ResolvedEmbedder;
}

/** A list of texts: checked, with their prefix, without duplicates, with their tokens. */
export class PreparedTexts<Vector extends RawVector = RawVector> {
  readonly unique: UniqueTexts<Vector>;
  /** Tokens of each different text, counted or estimated. */
  readonly tokenCounts: readonly number[];
  /** The caller's indexes of texts in which an unpaired surrogate was replaced. */
  readonly sanitized: readonly number[];

  /** @throws {@link TogetherError} `invalid_input`; `invalid_option` if `countTokens` returns no number. */
  constructor(list: readonly string[], { task, first, prefix, convert, options }: PrepareOptions<Vector>) {
    const { texts, sanitized } = checkTexts(list, task, "text", first);
    this.sanitized = sanitized;
    const prefixed = prefix === "" ? texts : texts.map((text) => prefix + text);
    this.unique = new UniqueTexts(prefixed, first, convert);
    this.tokenCounts = countTokens(this.unique, task, options.countTokens);
  }

  /**
   * Reads vectors from the cache.
   *
   * @returns the key of each different text.
   * @throws the signal's reason if it is aborted.
   */
  async readCache(
    cache: VectorCache,
    length: VectorLength,
    signal: AbortSignal | undefined,
  ): Promise<string[]> {
    const keys = await cache.keys(this.unique.texts, signal);
    const vectors = await cache.read(keys, length.required, signal);
    length.cached(vectors.find((vector) => vector !== undefined)?.length);
    this.unique.setCached(vectors);
    return keys;
  }

  /** Returns a queue of the texts at some positions. */
  queue(positions: readonly number[]): BatchQueue {
    return new BatchQueue(pick(this.unique.texts, positions), pick(this.tokenCounts, positions));
  }
}

/** Returns the items at some positions. */
export function pick<Item>(list: readonly Item[], positions: readonly number[]): Item[] {
  return positions.map((position) => list[position] as Item);
}
