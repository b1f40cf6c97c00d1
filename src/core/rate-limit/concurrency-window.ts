/**
 * Finds how many requests should be in flight. Pure: the time is an argument.
 *
 * - At first the window opens by time, from 4 requests to 16.
 * - Then it doubles with each round of responses, as long as they arrive as fast as the first four did. When they take
 *   half as long again, they wait in a queue of the server: the window shrinks until they do not.
 * - A server that is full answers 503 to some requests and serves others: the window shrinks to what it serves, and
 *   grows by a tenth of a request with each response.
 *
 * It cannot limit a rate: with a round trip of 50 ms, one request in flight is already 20 requests per second.
 * `adaptive-rate.ts` limits the rate.
 */

/** Requests in flight at the start. */
const FIRST = 4;

/** The window opens by time up to here; beyond, only responses open it. */
export const INITIAL_CONCURRENCY = 16;

/** High-priority requests (queries, reranking) are few, and a caller waits: their window is larger by this factor. */
const HIGH_PRIORITY_FACTOR = 2;

/**
 * The window doubles in this time, with or without responses. A low rate limit is then reached with few requests, and a
 * slow server still gets all of them.
 */
const DOUBLING_MS = 100;

/** After this long without traffic the window opens from the start again. */
const REST_MS = 1000;

/** Responses that take longer than so many times the base wait in a queue, or the server has become slower. */
const SLOW = 2;

/** Twice the window must bring so many times the throughput, or it is not kept. */
const LEAST_GAIN = 1.3;

/** Half the window may cost so much of the throughput, or it is not kept. */
const LEAST_REST = 0.9;

/** The part of a window by which it stays above what the server works on, so that no worker waits for a request. */
const RESERVE = 1.25;

/** Responses in a round, at least; and half the window. */
const LEAST_SAMPLES = 8;

/** Rounds between trials that fail: at first; then twice as many each time. */
const FIRST_PAUSE = 32;

/** The share of a faster round's response time that lowers the base. */
const SMOOTHING = 0.03;

/** The share of failed requests above which the server is full, and the share of an outcome in it. */
const TOLERATED_FAILURES = 0.12;
const SHARE_SMOOTHING = 0.03;

/** Failures in a row after which the server is probably out. */
const REPEATED = 2;

/**
 * Each response widens the window of a server that was full: by one request, up to one below what was too much; then by
 * this part of a request.
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
  #opensFrom = Number.NEGATIVE_INFINITY;
  /** Response time while the server has no queue. */
  #base: number | undefined;
  /** The first response times. */
  readonly #firstMs: number[] = [];
  #round = newRound(Number.NEGATIVE_INFINITY);
  #trial: Trial | undefined;
  /** Rounds until the next trial, and after the next one that fails. */
  #pause = 0;
  #nextPause = FIRST_PAUSE;
  #lastSent = Number.NEGATIVE_INFINITY;
  #lastMs = 0;

  /** Requests that should be in flight, as far as is known. */
  get size(): number {
    return Math.max(1, Math.floor(Math.min(this.#limit, this.#suspected)));
  }

  /**
   * Determines whether one more request fits beside those in flight, now or at {@link ConcurrencyWindow.opensAt}.
   * `false` means that a response must come first.
   */
  hasCapacity(inFlight: number, maxConcurrency: number, highPriority: boolean): boolean {
    // Few queries are in flight: what is measured of documents does not hold for them.
    const isFree =
      highPriority &&
      this.#fullAt === Number.POSITIVE_INFINITY &&
      this.#suspected === Number.POSITIVE_INFINITY;
    return inFlight < (isFree ? maxConcurrency : Math.min(this.size, maxConcurrency));
  }

  /** Returns when the opening window reaches this number of requests in flight. */
  opensAt(inFlight: number, highPriority: boolean): number {
    const doublings = Math.log2(inFlight / (highPriority ? HIGH_PRIORITY_FACTOR : 1) / FIRST);
    const gap = this.#limit < 1 ? this.#lastMs * (1 / this.#limit - 1) : 0;
    return Math.max(this.#lastSent + gap, this.#opensFrom + DOUBLING_MS * doublings);
  }

  /** Opens the window from the start again if the idle time is longer than a second. */
  resetAfterIdle(now: number, idleMs: number): void {
    if (idleMs > REST_MS) this.#reopen(now);
  }

  /** An outage is over: the failures were not those of a full server. Opens the window up to what was known before. */
  restore(now: number): void {
    [this.#limit, this.#fullAt] = this.#beforeFailures;
    this.#failureShare = 0;
    this.#reopen(now);
  }

  #reopen(now: number): void {
    this.#opensFrom = now;
    this.#suspected = Number.POSITIVE_INFINITY;
    this.#round = newRound(now);
    this.#trial = undefined;
  }

  sent(now: number): void {
    this.#lastSent = now;
  }

  /**
   * Records a success.
   *
   * @param sentAt - When its request was sent.
   * @param inFlight - How many requests were in flight then.
   */
  succeeded(
    now: number,
    sentAt: number,
    inFlight: number,
    maxConcurrency: number,
    isMeasured: boolean,
  ): void {
    this.#lastMs = now - sentAt;
    this.#failureShare -= SHARE_SMOOTHING * this.#failureShare;
    if (this.#suspected < this.#limit) {
      this.#fullAt = (3 * this.#beforeFailures[0] + this.#suspected) / 4;
      this.#limit = this.#suspected;
      this.#trial = undefined;
      this.#round = newRound(now);
    } else if (this.#fullAt < Number.POSITIVE_INFINITY) {
      const missing = this.#fullAt - 1 - this.#limit;
      this.#grow(Math.min(1, Math.max(GROWTH * Math.min(1, this.#limit), missing)), maxConcurrency);
    }
    this.#suspected = Number.POSITIVE_INFINITY;
    if (!isMeasured) return;
    this.#measure(now, Math.max(1, now - sentAt), sentAt, inFlight, maxConcurrency);
  }

  /**
   * Records a request that failed for lack of capacity or of a connection, while other callers waited.
   *
   * @param others - Requests that are still in flight.
   * @param before - Failures in a row before this one.
   */
  failed(others: number, before: number): void {
    if (before === 0) this.#beforeFailures = [this.#limit, this.#fullAt];
    this.#failureShare += SHARE_SMOOTHING * (1 - this.#failureShare);
    if (this.#failureShare <= TOLERATED_FAILURES) return;
    // Requests that were sent after a failure fail as well: probably all will.
    const level = before >= REPEATED ? others / 2 : others;
    // Less than one request: a pause between two. Each success may halve it once.
    const least = Math.min(1, this.#limit) / 2;
    this.#suspected = Math.max(least, Math.min(this.#suspected, level));
  }

  #grow(by: number, maxConcurrency: number): void {
    this.#limit = Math.min(Math.max(this.#limit, maxConcurrency), this.#limit + by);
  }

  #measure(now: number, ms: number, sentAt: number, inFlight: number, maxConcurrency: number): void {
    const round = this.#round;
    round.completed += 1;
    if (sentAt < round.startedAt) return;
    round.count += 1;
    round.totalMs += ms;
    round.inFlight = Math.max(round.inFlight, inFlight);
    if (this.#base === undefined) this.#measureFirst(now, ms);
    else if (round.count >= Math.max(LEAST_SAMPLES, this.size / 2))
      this.#endRound(now, round, maxConcurrency);
  }

  /** Of the first responses, the faster ones had no other request before them. */
  #measureFirst(now: number, ms: number): void {
    this.#firstMs.push(ms);
    if (this.#firstMs.length < FIRST) return;
    this.#base = mean(this.#firstMs.sort((a, b) => a - b).slice(0, FIRST / 2));
    this.#round = newRound(now);
  }

  #endRound(
    now: number,
    { startedAt, completed, count, totalMs, inFlight }: Round,
    maxConcurrency: number,
  ): void {
    this.#round = newRound(now);
    const ms = totalMs / count;
    const throughput = completed / Math.max(1, now - startedAt);
    if (this.#trial) this.#judge(this.#trial, throughput, ms);
    const base = this.#base as number;
    this.#base = Math.min(base, base + SMOOTHING * (ms - base));
    this.#pause -= 1;
    const pressure = ms / (SLOW * this.#base);
    const factor = pressure > 2 ? 1 / pressure : pressure > 1 ? 0.5 : 2;
    if (factor === 2 && (this.#fullAt < Number.POSITIVE_INFINITY || this.#pause >= 0)) return;
    // What is not in use says nothing about the window.
    if (inFlight < Math.min(this.size, maxConcurrency) * (pressure > 1 ? 1 : 0.25)) return;
    const limit = Math.max(1, Math.min(this.#limit * factor, maxConcurrency));
    if (limit === this.#limit) return;
    this.#trial = { limit: this.#limit, throughput, ms };
    this.#limit = limit;
  }

  /** Keeps a doubled window if that pays, and a halved one if it costs little. */
  #judge({ limit, throughput, ms }: Trial, now: number, nowMs: number): void {
    const gain = now / throughput;
    const hasGrown = this.#limit > limit;
    this.#trial = undefined;
    if (hasGrown && gain >= LEAST_GAIN) this.#base = Math.max(ms, this.#base as number);
    else if (hasGrown) {
      this.#limit = Math.min(this.#limit, limit * Math.max(1, gain) * RESERVE);
      this.#pause = this.#nextPause;
      this.#nextPause *= 2;
    } else if (gain < LEAST_REST) {
      this.#limit = limit;
      this.#base = nowMs;
    }
  }
}

/** A doubled or halved window that is being tried: the window before, its throughput and its response time. */
interface Trial {
  readonly limit: number;
  readonly throughput: number;
  readonly ms: number;
}

/** A round of responses. */
interface Round {
  readonly startedAt: number;
  /** Successes since then. */
  completed: number;
  /** Those of them that were sent since then, and the sum of their response times. */
  count: number;
  totalMs: number;
  /** The most that were in flight. */
  inFlight: number;
}

function newRound(startedAt: number): Round {
  return { startedAt, completed: 0, count: 0, totalMs: 0, inFlight: 0 };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
