/**
 * Limits how many requests are in flight. Pure: the time is an argument.
 *
 * - At first the window opens by time, from 4 requests to 16.
 * - Then `capacity-search.ts` finds how many the server works on at once.
 * - A server that is full fails some requests (503) and serves others: the window shrinks to what it serves, and each
 *   response widens it again.
 *
 * It cannot limit a rate: with a round trip of 50 ms, one request in flight is already 20 requests per second.
 * `adaptive-rate.ts` limits the rate. But where a full server fails single requests, the window falls below one request:
 * then there is a pause between two.
 */

import { CapacitySearch, type MeasuredResponse } from "./capacity-search.js";

/** Requests in flight at the start. With 16: 429s +5 points at 157 requests, +18 where four processes share a window. */
const FIRST = 4;

/**
 * The window opens by time up to here; beyond, only responses open it. At 128, responses of 2 workers take 58 times as
 * long as a lone one instead of 1.8 times.
 */
export const INITIAL_CONCURRENCY = 16;

/**
 * The window doubles in this time, with or without responses. A low rate limit is then reached with few requests, and a
 * slow server still gets all of them. At 0, all 16 are sent at the start: see {@link FIRST}.
 */
const DOUBLING_MS = 100;

/** The share of failed requests above which the server is full. At 0, random 503s of 5 % double the time. */
const TOLERATED_FAILURES = 0.12;

/** The share of one outcome in it. At 0.12, random 503s of 5 % cost 26 % more time. */
const SHARE_SMOOTHING = 0.03;

/**
 * Failures in a row after which the server is probably out, besides a quarter of what is in flight. Without it, an outage
 * of a minute receives 50 requests instead of 31; without the quarter, 32 workers take 1.35 times as long instead of 1.13.
 */
const REPEATED = 2;

/**
 * Each response widens the window of a server that was full: by one request, up to one below what was too much; then by
 * this part of a request. At 0.06, 8 workers take 1.26 times as long instead of 1.11; more of it is rejected more often.
 */
const GROWTH = 0.1;

/** The concurrency window of one model and API key. Times in milliseconds. */
export class ConcurrencyWindow {
  #limit = INITIAL_CONCURRENCY;
  /** The window in which a full server began to reject requests; infinite if none has. */
  #fullAt = Number.POSITIVE_INFINITY;
  /** What a full server may accept; it is known when one of these requests succeeds. */
  #suspected = Number.POSITIVE_INFINITY;
  /** The share of the latest requests that failed. */
  #failureShare = 0;
  /** `#limit` and `#fullAt` before the present failures. */
  #beforeFailures: readonly [number, number] = [INITIAL_CONCURRENCY, Number.POSITIVE_INFINITY];
  /** When the window last opened, with {@link FIRST} requests. */
  #opensFrom: number;
  readonly #search = new CapacitySearch();
  #lastSent = Number.NEGATIVE_INFINITY;
  #lastMs = 0;

  constructor(now: number) {
    this.#opensFrom = now;
  }

  /** Requests that should be in flight, as far as is known. */
  get size(): number {
    return Math.max(1, Math.floor(Math.min(this.#limit, this.#suspected)));
  }

  /** Whether the server has rejected requests while it served others. */
  get #hasBeenFull(): boolean {
    return this.#fullAt < Number.POSITIVE_INFINITY;
  }

  /**
   * Determines whether one more request fits beside those in flight, now or at {@link ConcurrencyWindow.opensAt}.
   * `false` means that a response must come first.
   */
  hasCapacity(inFlight: number, maxConcurrency: number, highPriority: boolean): boolean {
    // Few queries are in flight: what is measured of documents does not hold for them.
    const isFree = highPriority && !this.#hasBeenFull && this.#suspected === Number.POSITIVE_INFINITY;
    return inFlight < (isFree ? maxConcurrency : Math.min(this.size, maxConcurrency));
  }

  /** Returns when the opening window reaches this number of requests in flight. */
  opensAt(inFlight: number): number {
    const doublings = Math.log2(inFlight / FIRST);
    const gap = this.#limit < 1 ? this.#lastMs / this.#limit : 0;
    return Math.max(this.#lastSent + gap, this.#opensFrom + DOUBLING_MS * doublings);
  }

  /** An outage is over: the failures were not those of a full server. Opens the window up to what was known before. */
  restore(now: number): void {
    [this.#limit, this.#fullAt] = this.#beforeFailures;
    this.#failureShare = 0;
    this.#opensFrom = now;
    this.#suspected = Number.POSITIVE_INFINITY;
    this.#search.restart(now);
  }

  sent(now: number): void {
    this.#lastSent = now;
  }

  /**
   * Records a success.
   *
   * @param isNews - Whether its request was sent after the first of the present failures, if there are any.
   * @param isMeasured - Whether its response time is comparable with those of other requests.
   */
  succeeded(now: number, response: MeasuredResponse, isNews: boolean, isMeasured: boolean): void {
    this.#failureShare -= SHARE_SMOOTHING * this.#failureShare;
    if (!isNews) return;
    const isFull = this.#suspected < this.#limit;
    this.#lastMs = now - response.sentAt;
    if (isFull) this.#shrink(now);
    else if (this.#hasBeenFull) this.#grow(response.maxConcurrency);
    this.#suspected = Number.POSITIVE_INFINITY;
    if (isMeasured && this.#limit >= 1)
      this.#limit = this.#search.responded(now, response, this.#limit, !this.#hasBeenFull);
  }

  /**
   * Records a request that failed for lack of capacity or of a connection.
   *
   * @param others - Requests that are still in flight.
   * @param before - Failures in a row before this one.
   * @param isBusy - Whether much was in flight, or callers waited. If not, the number of requests is not what the server
   * rejected.
   */
  failed(others: number, before: number, isBusy: boolean): void {
    if (before === 0) this.#beforeFailures = [this.#limit, this.#fullAt];
    if (!isBusy) return;
    this.#failureShare += SHARE_SMOOTHING * (1 - this.#failureShare);
    if (this.#failureShare <= TOLERATED_FAILURES) return;
    // So many failures in a row, beside what is still in flight: probably all will fail.
    const level = before >= REPEATED + others / 4 ? others / 2 : others;
    // Less than one request: a pause between two. Each success may halve it once.
    const least = Math.min(1, this.#limit) / 2;
    this.#suspected = Math.max(least, Math.min(this.#suspected, level));
  }

  /** The server serves what it was suspected to serve: it was full. */
  #shrink(now: number): void {
    this.#fullAt = (3 * this.#beforeFailures[0] + this.#suspected) / 4;
    this.#limit = this.#suspected;
    this.#search.restart(now);
  }

  #grow(maxConcurrency: number): void {
    const missing = this.#fullAt - 1 - this.#limit;
    const by = Math.min(1, Math.max(GROWTH * Math.min(1, this.#limit), missing));
    this.#limit = Math.min(Math.max(this.#limit, maxConcurrency), this.#limit + by);
  }
}
