/**
 * Limits how many requests are in flight. Pure: the time is an argument.
 *
 * - At first the window opens by time, from 4 requests to 16.
 * - Then `capacity-search.ts` finds how many the server processes at once.
 * - A full server fails some requests (503) and accepts others: the window shrinks to the accepted number, and each
 *   response widens it again.
 *
 * It cannot limit a rate: with a round trip of 50 ms, one request in flight is already 20 requests per second.
 * `adaptive-rate.ts` limits the rate.
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

/** The weight of one outcome in this share. At 0.12, random 503s of 5 % cost 26 % more time. */
const SHARE_SMOOTHING = 0.03;

/**
 * Failures in a row that are probably an outage, besides a quarter of the requests in flight. Without it, an outage of
 * a minute receives 50 requests instead of 31; without the quarter, 32 workers take 1.35 times as long instead of 1.13.
 */
const REPEATED = 2;

/**
 * Each response widens the window of a server that was full: by one request, up to one below the rejected number; then
 * by this part of a request. At 0.06, 8 workers take 1.26 times as long instead of 1.11; more causes more 503s.
 */
const GROWTH = 0.1;

/** The concurrency window of one model and API key. Times in milliseconds. */
export class ConcurrencyWindow {
  #limit = INITIAL_CONCURRENCY;
  /** The window in which a full server began to reject requests; infinite if none has. */
  #fullAt = Number.POSITIVE_INFINITY;
  /** The number that a full server may accept, confirmed when one of these requests succeeds. */
  #suspected = Number.POSITIVE_INFINITY;
  /** The share of the latest requests that failed. */
  #failureShare = 0;
  /** `#limit` and `#fullAt` before the present failures. */
  #beforeFailures: readonly [number, number] = [INITIAL_CONCURRENCY, Number.POSITIVE_INFINITY];
  /** When the window last opened, with {@link FIRST} requests. */
  #opensFrom: number;
  readonly #search = new CapacitySearch();

  constructor(now: number) {
    this.#opensFrom = now;
  }

  /** The number of requests that should be in flight, by present knowledge. */
  get size(): number {
    return Math.floor(Math.min(this.#limit, this.#suspected));
  }

  /** Whether the server has rejected requests while it accepted others. */
  get #hasBeenFull(): boolean {
    return this.#fullAt < Number.POSITIVE_INFINITY;
  }

  /**
   * Determines whether one more request fits beside those in flight, now or at {@link ConcurrencyWindow.opensAt}.
   * `false` means that a response must come first.
   */
  hasCapacity(inFlight: number, maxConcurrency: number, highPriority: boolean): boolean {
    // Few queries are in flight: measurements of documents do not apply to them.
    const isFree = highPriority && !this.#hasBeenFull && this.#suspected === Number.POSITIVE_INFINITY;
    return inFlight < (isFree ? maxConcurrency : Math.min(this.size, maxConcurrency));
  }

  /** Returns when the opening window reaches this number of requests in flight. */
  opensAt(inFlight: number): number {
    return this.#opensFrom + DOUBLING_MS * Math.log2(inFlight / FIRST);
  }

  /** Restores the window after an outage, whose failures were not those of a full server. */
  restore(now: number): void {
    [this.#limit, this.#fullAt] = this.#beforeFailures;
    this.#failureShare = 0;
    this.#opensFrom = now;
    this.#suspected = Number.POSITIVE_INFINITY;
    this.#search.restart(now);
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
    if (isFull) this.#shrink(now);
    else if (this.#hasBeenFull) this.#grow(response.maxConcurrency);
    this.#suspected = Number.POSITIVE_INFINITY;
    if (isMeasured) this.#limit = this.#search.responded(now, response, this.#limit, !this.#hasBeenFull);
  }

  /**
   * Records a request that failed because of capacity or a lost connection.
   *
   * @param others - Requests that are still in flight.
   * @param before - Failures in a row before this one.
   * @param isBusy - Whether many requests were in flight, or callers waited. Otherwise their number was not the reason
   * of the rejection.
   */
  failed(others: number, before: number, isBusy: boolean): void {
    if (before === 0) this.#beforeFailures = [this.#limit, this.#fullAt];
    if (!isBusy) return;
    this.#failureShare += SHARE_SMOOTHING * (1 - this.#failureShare);
    if (this.#failureShare <= TOLERATED_FAILURES) return;
    // After so many failures in a row, the requests in flight will probably fail too.
    const level = before >= REPEATED + others / 4 ? others / 2 : others;
    this.#suspected = Math.max(1, Math.min(this.#suspected, level));
  }

  /** The server accepts the suspected number of requests: it was full. */
  #shrink(now: number): void {
    this.#fullAt = (3 * this.#beforeFailures[0] + this.#suspected) / 4;
    this.#limit = this.#suspected;
    this.#search.restart(now);
  }

  #grow(maxConcurrency: number): void {
    const missing = this.#fullAt - 1 - this.#limit;
    const by = Math.min(1, Math.max(GROWTH, missing));
    this.#limit = Math.min(Math.max(this.#limit, maxConcurrency), this.#limit + by);
  }
}
