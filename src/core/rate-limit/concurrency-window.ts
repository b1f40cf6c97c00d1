/**
 * Limits how many requests are in flight. Pure: the time is an argument.
 *
 * The window starts at a few requests and opens up to `maxConcurrency`. It shrinks when the server lacks capacity (5xx,
 * lost connections). It cannot limit a rate: with a round trip of 50 ms, one request in flight is already 20 requests
 * per second. `adaptive-rate.ts` limits the rate.
 */

/** Requests in flight at the start. */
const INITIAL = 4;

/** High-priority requests (queries, reranking) are few, and a caller waits: their window is larger by this factor. */
const HIGH_PRIORITY_FACTOR = 2;

/**
 * The window doubles in this time, with or without responses. A low rate limit is then reached with few requests, and a
 * slow server still gets all of them.
 */
const DOUBLING_MS = 100;

/** After this long without traffic the window opens from the start again. */
const REST_MS = 1000;

/** Failures in a row that count as an outage. If one request in twenty fails by chance, that is once in 160,000. */
const OUTAGE = 4;

/** The share of failed requests above which the window shrinks. */
const TOLERATED_FAILURES = 0.1;

/** The concurrency window of one model and API key. Times in milliseconds. */
export class ConcurrencyWindow {
  /** The window's size after the failures so far; infinite until failures shrink it. */
  #limit = Number.POSITIVE_INFINITY;
  /** When the window last opened, with {@link INITIAL} requests. */
  #opensFrom = Number.NEGATIVE_INFINITY;
  #failuresInRow = 0;
  #outcomes = 0;
  #failures = 0;

  /** Whether all recent requests failed. */
  get outage(): boolean {
    return this.#failuresInRow >= OUTAGE;
  }

  /**
   * Determines whether one more request fits beside those in flight, now or at {@link ConcurrencyWindow.opensAt}.
   * `false` means that a response must come first. In an outage one request at a time checks whether it is over.
   */
  hasCapacity(inFlight: number, maxConcurrency: number): boolean {
    return inFlight < (this.outage ? 1 : Math.floor(Math.min(this.#limit, maxConcurrency)));
  }

  /** Returns when the opening window reaches this number of requests in flight. */
  opensAt(inFlight: number, highPriority: boolean): number {
    return (
      this.#opensFrom +
      DOUBLING_MS * Math.log2(inFlight / (highPriority ? HIGH_PRIORITY_FACTOR : 1) / INITIAL)
    );
  }

  /** Opens the window from the start again if the idle time is longer than a second. */
  resetAfterIdle(now: number, idleMs: number): void {
    if (idleMs > REST_MS) this.#opensFrom = now;
  }

  /** Records a response: the window grows by one, up to the `maxConcurrency` of the request. */
  succeeded(maxConcurrency: number): void {
    this.#failuresInRow = 0;
    if (this.#limit < maxConcurrency) this.#limit += 1;
    this.#count(0, maxConcurrency);
  }

  /** Records a request that failed for lack of capacity or of a connection. */
  failed(maxConcurrency: number): void {
    this.#failuresInRow += 1;
    this.#count(1, maxConcurrency);
  }

  /**
   * Counts outcomes and shrinks the window once per window of outcomes, at least 20. Only the share of failures says
   * something about the server: one 503 in twenty requests is normal.
   */
  #count(failure: 0 | 1, maxConcurrency: number): void {
    this.#outcomes += 1;
    this.#failures += failure;
    const size = Math.min(this.#limit, maxConcurrency);
    if (this.#outcomes < Math.max(20, size)) return;
    const share = this.#failures / this.#outcomes;
    if (share > TOLERATED_FAILURES) this.#limit = Math.max(1, size * (1 - Math.min(0.5, share)));
    this.#outcomes = this.#failures = 0;
  }
}
