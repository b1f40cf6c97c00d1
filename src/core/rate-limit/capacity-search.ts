/**
 * Finds how many requests a server processes at once, if it rejects none. Pure: the time is an argument.
 *
 * It measures in rounds of responses. While they arrive fast, the number of requests in flight doubles for a round;
 * without more throughput, the old number is restored. When responses take twice as long as at first, it is halved for
 * a round. If the throughput stays, the requests were waiting in a queue of the server. If it falls, the server has
 * become slower, and the old number is restored. (Netflix's concurrency-limits compares response times likewise.)
 *
 * The effect of each constant was measured with 1,600 requests to 2 to 128 workers of 200 ms, also with log-normal
 * response times.
 */

/**
 * Responses at the start. The faster half of them had no other request before it. From the first one alone, 8 workers get
 * twice the requests, and log-normal ones take 1.13 times as long.
 */
const FIRST_RESPONSES = 4;

/** Responses are slow above this multiple of the first ones. At 4, the queue of 2 workers is never found. */
const SLOW = 2;

/** Twice the requests must increase the throughput by this factor. At 1, 8 workers get 128 requests. */
const LEAST_GAIN = 1.3;

/** Half the requests must keep this share of the throughput. At 0.8, 8 log-normal workers take 1.3 times as long. */
const LEAST_REST = 0.9;

/**
 * The factor above the useful number of requests, so that no worker waits for the next one. At 1, 8 workers take 1.09
 * times as long.
 */
const RESERVE = 1.25;

/** Rounds until the next trial after one that failed; then twice as many. At 16, p95 of 2 workers is 1.5 times as long. */
const FIRST_PAUSE = 32;

/** The part of a faster round by which the base falls. At 0.1, 8 log-normal workers take 1.2 times as long. */
const SMOOTHING = 0.03;

/** The facts of a response that matter for capacity. */
export interface MeasuredResponse {
  readonly sentAt: number;
  /** Requests in flight just after it was sent. */
  readonly inFlight: number;
  /** The most requests that its caller allows in flight. */
  readonly maxConcurrency: number;
}

/** A number of requests in flight, and its throughput. */
interface Level {
  readonly limit: number;
  readonly throughput: number;
}

/** Responses to requests that were sent since it started: half as many as may be in flight. */
interface Round {
  readonly startedAt: number;
  count: number;
  totalMs: number;
  /** The most that were in flight. */
  inFlight: number;
  /** All responses since then. */
  completed: number;
}

/** Searches the capacity of one model. Times in milliseconds. */
export class CapacitySearch {
  readonly #firstMs: number[] = [];
  /** Response time while the server has no queue; infinite until it is measured. */
  #base = Number.POSITIVE_INFINITY;
  #round = newRound(Number.NEGATIVE_INFINITY);
  /** The state before the trial, if there is one. */
  #before: Level | undefined;
  /** Rounds until the next trial, and after the next one that fails. */
  #pause = 0;
  #nextPause = FIRST_PAUSE;

  /** Starts a new round after another change of the number of requests in flight. */
  restart(now: number): void {
    this.#round = newRound(now);
    this.#before = undefined;
  }

  /**
   * Records a response.
   *
   * @param limit - The number of requests that may be in flight.
   * @param mayGrow - Whether a higher number may be tried.
   * @returns the new number.
   */
  responded(now: number, response: MeasuredResponse, limit: number, mayGrow: boolean): number {
    const round = this.#round;
    round.completed += 1;
    if (response.sentAt < round.startedAt) return limit;
    const ms = Math.max(1, now - response.sentAt);
    round.count += 1;
    round.totalMs += ms;
    round.inFlight = Math.max(round.inFlight, response.inFlight);
    if (this.#base === Number.POSITIVE_INFINITY) this.#measureFirst(now, ms);
    else if (round.count >= limit / 2)
      return this.#endRound(now, round, limit, response.maxConcurrency, mayGrow);
    return limit;
  }

  #measureFirst(now: number, ms: number): void {
    this.#firstMs.push(ms);
    if (this.#firstMs.length < FIRST_RESPONSES) return;
    const faster = this.#firstMs.toSorted((a, b) => a - b).slice(0, FIRST_RESPONSES / 2);
    this.#base = faster.reduce((sum, value) => sum + value, 0) / faster.length;
    this.#round = newRound(now);
  }

  /** Ends a trial and perhaps starts another. @returns the number of requests for the next round */
  #endRound(now: number, round: Round, limit: number, maxConcurrency: number, mayGrow: boolean): number {
    this.#round = newRound(now);
    const ms = round.totalMs / round.count;
    const throughput = round.completed / Math.max(1, now - round.startedAt);
    const kept = this.#before ? this.#judge(this.#before, { limit, throughput }, ms) : limit;
    this.#base = Math.min(this.#base, this.#base + SMOOTHING * (ms - this.#base));
    this.#pause -= 1;
    const pressure = ms / (SLOW * this.#base);
    if (pressure <= 1 && (!mayGrow || this.#pause >= 0)) return kept;
    // An unused window gives no information. Without it, one slow request at a time shrinks the window from 16 to 1.
    if (round.inFlight < Math.min(kept, maxConcurrency) * (pressure > 1 ? 1 : 0.25)) return kept;
    const factor = pressure > 1 ? Math.min(0.5, 1 / pressure) : 2;
    const tried = Math.min(Math.max(1, kept * factor), maxConcurrency);
    if (tried !== kept) this.#before = { limit: kept, throughput };
    return tried;
  }

  /** Keeps a higher number if throughput grows, and a lower one if it stays. @returns the number that is kept */
  #judge(before: Level, after: Level, ms: number): number {
    this.#before = undefined;
    const gain = after.throughput / before.throughput;
    const isLower = after.limit < before.limit;
    if (gain >= (isLower ? LEAST_REST : LEAST_GAIN)) return after.limit;
    if (isLower) {
      this.#base = ms;
      return before.limit;
    }
    this.#pause = this.#nextPause;
    this.#nextPause *= 2;
    return Math.min(after.limit, before.limit * Math.max(1, gain) * RESERVE);
  }
}

function newRound(startedAt: number): Round {
  return { startedAt, count: 0, totalMs: 0, inFlight: 0, completed: 0 };
}
