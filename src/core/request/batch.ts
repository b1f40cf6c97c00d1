/** Texts that are sent in one request, and how large a request the server accepts. Pure. */

import type { TooLargeBy } from "../errors/rejection.js";

/** Some of a list's texts. */
export interface Batch {
  /** Position of each text in the list. */
  readonly positions: readonly number[];
  readonly texts: readonly string[];
  /** Tokens of each text, counted or estimated. */
  readonly tokenCounts: readonly number[];
  /** Their sum. */
  readonly tokens: number;
}

/** The limits of one request. */
export interface BatchLimits {
  readonly texts: number;
  readonly tokens: number;
}

export function createBatch(
  positions: readonly number[],
  texts: readonly string[],
  tokenCounts: readonly number[],
): Batch {
  return { positions, texts, tokenCounts, tokens: tokenCounts.reduce((sum, tokens) => sum + tokens, 0) };
}

/** Splits a batch of two texts or more in half. */
export function splitInHalf({ positions, texts, tokenCounts }: Batch): [Batch, Batch] {
  const middle = Math.ceil(texts.length / 2);
  const part = (from: number, to?: number): Batch =>
    createBatch(positions.slice(from, to), texts.slice(from, to), tokenCounts.slice(from, to));
  return [part(0, middle), part(middle)];
}

/**
 * The largest request that the server accepts, by its responses so far. Until it rejects a batch as too large, there is
 * no limit; then the limit is the largest batch that it has accepted.
 */
export class AcceptedSize {
  #limits: BatchLimits = { texts: Number.POSITIVE_INFINITY, tokens: Number.POSITIVE_INFINITY };
  /** The largest batch that was accepted, in each unit. */
  #accepted: BatchLimits = { texts: 0, tokens: 0 };

  get limits(): BatchLimits {
    return this.#limits;
  }

  /** Lowers the limits of a batch to those that the server accepts. */
  within({ texts, tokens }: BatchLimits): BatchLimits {
    return { texts: Math.min(texts, this.#limits.texts), tokens: Math.min(tokens, this.#limits.tokens) };
  }

  /** Whether the server can be expected to accept a batch. */
  accepts({ texts, tokens }: Batch): boolean {
    return texts.length <= this.#limits.texts && tokens <= this.#limits.tokens;
  }

  /** The server accepted a batch. */
  accepted({ texts, tokens }: Batch): void {
    this.#accepted = {
      texts: Math.max(this.#accepted.texts, texts.length),
      tokens: Math.max(this.#accepted.tokens, tokens),
    };
  }

  /** The server rejected a batch as too large. Earlier accepted batches of that size no longer count. */
  rejected({ texts, tokens }: Batch): void {
    this.#accepted = {
      texts: this.#accepted.texts < texts.length ? this.#accepted.texts : 0,
      tokens: this.#accepted.tokens < tokens ? this.#accepted.tokens : 0,
    };
  }

  /**
   * Sets the limit after every part of a rejected batch has been accepted. Not earlier: if one text alone is too long,
   * the size of its batch was not the reason.
   */
  learn(by: TooLargeBy): void {
    // 0 means that another call's rejection has just reset the accepted size: then no limit is known.
    const texts = this.#accepted.texts || Number.POSITIVE_INFINITY;
    const tokens = this.#accepted.tokens || Number.POSITIVE_INFINITY;
    this.#limits = this.within({
      texts: by === "size" ? Number.POSITIVE_INFINITY : texts,
      tokens: by === "count" ? Number.POSITIVE_INFINITY : tokens,
    });
  }
}
