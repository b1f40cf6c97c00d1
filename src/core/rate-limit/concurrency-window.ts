/**
 * How many requests may be in flight. Pure: time comes in as an argument.
 *
 * It opens from a few to the ceiling, and closes where the server lacks capacity. It cannot express a rate: one request
 * in flight is already 20 a second at a round trip of 50 ms. That is what `rate.ts` is for.
 */

/** Requests in flight at the start. */
const FIRST = 4;

/** Queries and rerank requests are few and waited for: so many times the window are let in at once. */
const URGENT_SHARE = 2;

/** It doubles in this time, answered or not: a small limit is met by few requests, and a slow server by all. */
const DOUBLING_MS = 100;

/** After so long without traffic it opens anew. */
const REST_MS = 1000;

/** Failures in a row that count as an outage: with one request in twenty failing by chance, once in 160,000. */
const OUTAGE = 4;

/** Failures within a window's worth of answers that count as a lack of capacity. */
const TOLERATED_FAILURES = 0.1;

/** The window of one model for one key. Times in milliseconds. */
export class Window {
  /** What failures leave of it. */
  #left = Number.POSITIVE_INFINITY;
  /** The ceiling of whoever asked last. */
  #ceiling = FIRST;
  #opensFrom = Number.NEGATIVE_INFINITY;
  #failuresInRow = 0;
  #outcomes = 0;
  #failures = 0;

  /** Whether everything fails. */
  get outage(): boolean {
    return this.#failuresInRow >= OUTAGE;
  }

  /** Whether one more has room, now or later without an answer: in an outage one alone, to see whether it is over. */
  hasRoom(inFlight: number, ceiling: number): boolean {
    this.#ceiling = ceiling;
    return inFlight < (this.outage ? 1 : Math.floor(this.#size));
  }

  /** When it is open for so many in flight. */
  opensAt(inFlight: number, urgent: boolean): number {
    return this.#opensFrom + DOUBLING_MS * Math.log2(inFlight / (urgent ? URGENT_SHARE : 1) / FIRST);
  }

  /** Nothing was under way for so long. */
  rested(now: number, forMs: number): void {
    if (forMs > REST_MS) this.#opensFrom = now;
  }

  /** A request was answered. */
  succeeded(ceiling: number): void {
    this.#failuresInRow = 0;
    if (this.#left < ceiling) this.#left += 1;
    this.#count(0);
  }

  /** A request failed for lack of capacity or of a connection. */
  failed(): void {
    this.#failuresInRow += 1;
    this.#count(1);
  }

  get #size(): number {
    return Math.min(this.#left, this.#ceiling);
  }

  /** 503s say something about the server only by their share: one in twenty is its ordinary life. */
  #count(failure: 0 | 1): void {
    this.#outcomes += 1;
    this.#failures += failure;
    if (this.#outcomes < Math.max(20, this.#size)) return;
    const share = this.#failures / this.#outcomes;
    if (share > TOLERATED_FAILURES) this.#left = Math.max(1, this.#size * (1 - Math.min(0.5, share)));
    this.#outcomes = this.#failures = 0;
  }
}
