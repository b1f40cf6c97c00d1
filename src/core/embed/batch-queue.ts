/** Texts into requests, by count and by tokens. Pure. */

import type { Limit } from "../rate-limit/rate-limiter.js";

/** Texts in a request: enough that a small limit is not wasted, few enough for every server met so far. */
export const FIRST_BATCH = 128;

/** Texts in a request at most, of a long list or once requests are limited. Together's own cookbook sends 1,000. */
const LARGEST_BATCH = 512;

/** Where fewer than four requests a second pass, each takes more: so that this many texts do. */
const TEXTS_PER_SECOND = 2048;

/** Texts that one request may carry at most. */
export const MOST_TEXTS = 2048;

/** A list fills so many requests of the smallest size, or as many as may be in flight, before they become larger. */
const SPREAD = 16;

/** Estimated tokens in a request for each text it may hold: the usual input limit, so that 8k texts do not pile up. */
const TOKENS_PER_TEXT = 512;

/** Some of a list's texts, on their way together. */
export interface Batch {
  /** Where each text stands in the list. */
  readonly places: readonly number[];
  readonly texts: readonly string[];
  readonly tokens: number;
}

/** What one request may hold. */
export interface Limits {
  readonly texts: number;
  readonly tokens: number;
}

/**
 * How large batches are: what the user wants, what the limit suggests, and what the server has been seen to bear.
 *
 * Where requests are limited, the batch is the lever: 10,000 texts under one request a second take 93 s at 128 texts
 * a request and 22 s at 512, and under twenty a second nobody is refused who sends them in 20 requests. So a list that
 * is longer than what may be in flight at once goes in larger batches from the start, as long as its texts are short;
 * the first refusal of requests takes all to 512, and further where few requests pass; a limit in tokens takes them
 * back to the smallest.
 */
export class BatchSize {
  readonly #wanted: number | undefined;
  #bornTexts = Number.POSITIVE_INFINITY;
  #bornTokens = Number.POSITIVE_INFINITY;

  /** @param wanted - The user's own `batchSize`, which is never exceeded. */
  constructor(wanted: number | undefined) {
    this.#wanted = wanted;
  }

  /**
   * What the next request may hold.
   *
   * @param share - What each request would hold if they all were in flight at once: {@link shareOf}.
   */
  limits(limit: Limit | undefined, share = 0): Limits {
    const weighed = this.#wanted ?? (limit?.by === "requests" ? LARGEST_BATCH : FIRST_BATCH);
    return {
      texts: Math.min(this.#wanted ?? suggested(limit, share), this.#bornTexts),
      tokens: Math.min(weighed * TOKENS_PER_TEXT, this.#bornTokens),
    };
  }

  /** Whether the server can be expected to bear a batch, as far as is known. */
  bears(batch: Batch): boolean {
    return batch.texts.length <= this.#bornTexts && batch.tokens <= this.#bornTokens;
  }

  /** The server refused more than this, and bore this. */
  remember(by: "count" | "size", batch: Batch): void {
    if (by === "count") this.#bornTexts = Math.min(this.#bornTexts, batch.texts.length);
    else this.#bornTokens = Math.min(this.#bornTokens, batch.tokens);
  }
}

function suggested(limit: Limit | undefined, share: number): number {
  if (!limit) return clamped(share, FIRST_BATCH, LARGEST_BATCH);
  if (limit.by === "tokens") return FIRST_BATCH;
  return clamped(Math.ceil(TEXTS_PER_SECOND / limit.perSecond), LARGEST_BATCH, MOST_TEXTS);
}

function clamped(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

/** Texts in a request if a whole list were in flight at once. */
export function shareOf(texts: number, maxConcurrency: number): number {
  return Math.ceil(texts / Math.max(SPREAD, maxConcurrency));
}

/** A list's texts that still have to travel. Batches are cut when their turn has come, so they can grow until then. */
export class Batches {
  readonly #texts: readonly string[];
  readonly #tokens: ArrayLike<number>;
  #returned: Batch[] = [];
  #next = 0;

  constructor(texts: readonly string[], tokens: ArrayLike<number>) {
    this.#texts = texts;
    this.#tokens = tokens;
  }

  get empty(): boolean {
    return this.#next >= this.#texts.length && this.#returned.length === 0;
  }

  /** Takes the next batch; `undefined` if none is left. A text larger than the limit travels alone. */
  take(limits: Limits): Batch | undefined {
    const places: number[] = [];
    let tokens = 0;
    for (let place = this.#peek(); place !== undefined; place = this.#peek()) {
      const weight = this.#tokens[place] as number;
      if (places.length >= limits.texts || (places.length > 0 && tokens + weight > limits.tokens)) break;
      places.push(place);
      tokens += weight;
      this.#drop();
    }
    return places.length === 0 ? undefined : this.#batch(places, tokens);
  }

  /** Puts a batch back, before everything that was not sent yet. */
  giveBack(batch: Batch): void {
    this.#returned.push(batch);
  }

  /** Cuts a batch of two texts or more in half. */
  halve(batch: Batch): [Batch, Batch] {
    const middle = Math.ceil(batch.places.length / 2);
    return [this.#part(batch.places.slice(0, middle)), this.#part(batch.places.slice(middle))];
  }

  #part(places: readonly number[]): Batch {
    return this.#batch(
      places,
      places.reduce((tokens, place) => tokens + (this.#tokens[place] as number), 0),
    );
  }

  #batch(places: readonly number[], tokens: number): Batch {
    return { places, texts: places.map((place) => this.#texts[place] as string), tokens };
  }

  #peek(): number | undefined {
    const [first] = this.#returned;
    return first ? first.places[0] : this.#next < this.#texts.length ? this.#next : undefined;
  }

  #drop(): void {
    const [first] = this.#returned;
    if (!first) this.#next += 1;
    else if (first.places.length === 1) this.#returned.shift();
    else this.#returned[0] = { ...first, places: first.places.slice(1) };
  }
}

/**
 * Tokens of a text, estimated from its characters. Off by a third for most texts (4.5 characters a token in English
 * prose, 3 in code, 2 in hashes, 1 in Chinese: measured with BERT's vocabulary), so it fills batches and warns,
 * and never refuses or cuts.
 */
export function estimateTokens(text: string): number {
  let tokens = 2;
  for (let place = 0; place < text.length; place++) {
    const code = text.charCodeAt(place);
    if ((code > 96 && code < 123) || (code > 64 && code < 91)) tokens += LETTER;
    else if (code > 47 && code < 58) tokens += DIGIT;
    else if (code > 32) tokens += 1;
  }
  return Math.ceil(tokens);
}

const LETTER = 1 / 4.5;
const DIGIT = 1 / 2;
