/**
 * Determines which request to one model is sent next, and when. Queries and rerank requests are sent before document
 * requests; within each group, retries are sent before first attempts.
 *
 * Three objects determine when the next request may be sent, and the latest of their times counts. {@link Pacer} keeps
 * below the server's rate limit, {@link ConcurrencyWindow} below its capacity. {@link CircuitBreaker} waits for the end
 * of an outage.
 *
 * All embedders and rerankers with the same `fetch`, origin, key and model share one limiter, because the server counts
 * their requests together.
 */

import { onAbort } from "../abort.js";
import { CircuitBreaker, type OutagePeriod } from "./circuit-breaker.js";
import { Clock } from "./clock.js";
import { ConcurrencyWindow } from "./concurrency-window.js";
import { Pacer, type LimitedBy, type SentRequest } from "./pacer.js";
import type {
  AcquireOptions,
  Failing,
  InFlight,
  Permit,
  RateLimit,
  RateLimitUpdate,
  ServerFailure,
} from "./permit.js";
import { WaitQueue, type Rank, type Waiter } from "./wait-queue.js";

interface WaitingCaller extends Waiter {
  readonly options: AcquireOptions;
  readonly grant: (permit: Permit) => void;
  readonly reject: (reason: unknown) => void;
}

/** A request in flight. */
interface Sent {
  readonly at: number;
  /** Requests in flight just after it was sent. */
  readonly inFlight: number;
  readonly isProbe: boolean;
  readonly options: AcquireOptions;
  readonly paced: SentRequest;
}

/** Maximum bytes of a model's responses in flight, by the size of the last ones: 92 of 512 vectors of 1,024 numbers. */
const MAX_RESPONSE_BYTES = 256 * 2 ** 20;

/** Grants permits to the callers of one model. */
export class RateLimiter {
  /** The clock of all times of this limiter. */
  readonly clock = new Clock();
  readonly #pacer = new Pacer();
  readonly #breaker = new CircuitBreaker();
  readonly #queue = new WaitQueue<WaitingCaller>();
  /** In the order in which they were sent. */
  readonly #inFlight = new Set<Sent>();
  #window = new ConcurrencyWindow(0);
  #isPermitOutstanding = false;
  #requests = 0;
  #lastSuccess = Number.NEGATIVE_INFINITY;
  #hasResponded = false;
  /** The size of a large response. */
  #responseBytes = 0;
  #failing: Failing | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** The limited unit and its estimated rate; `undefined` until the first 429. */
  get limit(): RateLimit | undefined {
    const { limitedBy: by, ratePerSecond: perSecond } = this.#pacer;
    return by && { by, perSecond };
  }

  /** The number of requests that the model can process, by present knowledge. */
  get concurrency(): number {
    return this.#window.size;
  }

  /** Whether the model's address has ever sent a response, of any status. */
  get hasResponded(): boolean {
    return this.#hasResponded;
  }

  /** The failures since the last success; `undefined` if there are none. */
  get failing(): Failing | undefined {
    return this.#failing;
  }

  /** When a request last succeeded, by {@link RateLimiter.clock}; `-Infinity` if none has. */
  get lastSuccess(): number {
    return this.#lastSuccess;
  }

  /** Whether one request at a time probes if the model works again. */
  get isOut(): boolean {
    return this.#breaker.isOpen;
  }

  /** The present outage, or the last one. */
  get outage(): OutagePeriod | undefined {
    return this.#breaker.outage;
  }

  /** Whether no request is in flight, no permit is outstanding and no caller waits. */
  get idle(): boolean {
    return this.#inFlight.size === 0 && !this.#isPermitOutstanding && this.#queue.empty;
  }

  /**
   * Waits for permission to send one request.
   *
   * @throws the signal's reason if it is aborted; the reason of the model's last failure after the caller's deadline.
   */
  acquire(options: AcquireOptions): Promise<Permit> {
    const { priority, isRetry, maxConcurrency, signal } = options;
    signal.throwIfAborted();
    // 0: high-priority retry, 1: high-priority first attempt, 2: normal retry, 3: normal first attempt.
    const rank = ((priority === "high" ? 0 : 2) + (isRetry ? 0 : 1)) as Rank;
    return new Promise((resolve, reject) => {
      const remove = (): void => {
        removeAbortListener();
        this.#queue.delete(caller);
      };
      const caller: WaitingCaller = {
        rank,
        maxConcurrency,
        options,
        grant: (permit) => {
          remove();
          resolve(permit);
        },
        reject: (reason) => {
          remove();
          reject(reason);
        },
      };
      const removeAbortListener = onAbort(signal, () => {
        caller.reject(signal.reason);
        this.#advance();
      });
      this.#queue.add(caller);
      this.#advance();
    });
  }

  /**
   * Grants the next permit, rejects callers after their deadline, and sets a timer for the next step. In this order: a
   * request that may be sent now shows whether the model works again, even after its deadline.
   */
  #advance(): void {
    clearTimeout(this.#timer);
    const now = this.clock.now();
    const grantTime = this.#grantNext(now);
    const [rejectTime, hasRejected] = this.#rejectLate(now);
    // The timer was set for a caller that no longer waits.
    if (hasRejected) return this.#advance();
    const time = Math.min(grantTime, rejectTime);
    // Infinity: a request must end first, and then `#settle` calls this method again.
    this.#timer =
      time < Number.POSITIVE_INFINITY ? this.clock.callAt(time, () => this.#advance()) : undefined;
  }

  /**
   * Grants a permit to the first caller that may have one more request in flight.
   *
   * @returns when to try again; infinite if something else must happen first.
   */
  #grantNext(now: number): number {
    const inFlight = this.#inFlight.size;
    const caller = this.#isPermitOutstanding ? undefined : this.#queue.first(inFlight);
    if (!caller) return Number.POSITIVE_INFINITY;
    if (inFlight === 0 && this.#pacer.observeIdle(now)) this.#window = new ConcurrencyWindow(now);
    const time = this.#sendTime(caller.options);
    if (time > now) return time;
    caller.grant(this.#createPermit(caller.options));
    return Number.POSITIVE_INFINITY;
  }

  /** When the next request may be sent, possibly in the past; infinite if a response must come first. */
  #sendTime({ priority, maxConcurrency }: AcquireOptions): number {
    const isHigh = priority === "high";
    const inFlight = this.#inFlight.size;
    const fitting = Math.max(1, Math.floor(MAX_RESPONSE_BYTES / this.#responseBytes));
    if (!this.#window.hasCapacity(inFlight, Math.min(maxConcurrency, fitting), isHigh))
      return Number.POSITIVE_INFINITY;
    // Once a rate is known, the window no longer opens step by step: the rate decides.
    const opensAt = this.#pacer.limitedBy ? Number.NEGATIVE_INFINITY : this.#window.opensAt(inFlight + 1);
    return Math.max(this.#breaker.nextSendTime, this.#pacer.nextSendTime(isHigh), opensAt);
  }

  /**
   * Rejects the callers whose retry deadline is over. Only while the model fails: callers wait for a slow one.
   *
   * @returns the next deadline, and whether any caller was rejected.
   */
  #rejectLate(now: number): [next: number, hasRejected: boolean] {
    let next = Number.POSITIVE_INFINITY;
    let hasRejected = false;
    const failing = this.#failing;
    if (!failing) return [next, hasRejected];
    for (const { options, reject } of this.#queue.all()) {
      const until = options.waitsUntil(failing);
      if (until <= now) {
        reject(failing.reason);
        hasRejected = true;
      } else next = Math.min(next, until);
    }
    return [next, hasRejected];
  }

  #createPermit(options: AcquireOptions): Permit {
    this.#isPermitOutstanding = true;
    return {
      start: (tokens) => {
        this.#isPermitOutstanding = false;
        const inFlight = this.#startRequest(tokens, options);
        this.#advance();
        return inFlight;
      },
      cancel: () => {
        this.#isPermitOutstanding = false;
        this.#advance();
      },
    };
  }

  #startRequest(tokens: number, options: AcquireOptions): InFlight {
    const now = this.clock.now();
    const inFlight = this.#inFlight.size + 1;
    const isProbe = this.#breaker.sent();
    const paced = this.#pacer.sent(now, tokens, isProbe);
    const sent: Sent = { at: now, inFlight, isProbe, options, paced };
    this.#inFlight.add(sent);
    this.#requests += 1;
    return {
      request: this.#requests,
      sentAt: now,
      inFlight,
      succeeded: (bytes = 0) => this.#settle(sent, (at) => this.#succeeded(at, sent, bytes)),
      rateLimited: (resetMs, by, reason) =>
        this.#settle(sent, (at) => this.#rateLimited(at, sent, resetMs, by, reason)),
      failed: (failure) => this.#settle(sent, (at) => this.#failed(at, sent, failure)),
      rejected: () => this.#settle(sent, (at) => this.#responded(at, sent.at)),
      release: () => this.#settle(sent, (at) => sent.isProbe && this.#breaker.probeAborted(at, sent.at)),
    };
  }

  /** Ends a request, reports its result, and grants the next permit. */
  #settle<Result>(sent: Sent, report: (now: number) => Result): Result {
    this.#inFlight.delete(sent);
    const result = report(this.clock.now());
    this.#advance();
    return result;
  }

  #responded(now: number, sentAt: number): void {
    this.#hasResponded = true;
    this.#pacer.skip(this.#breaker.responded(now, sentAt));
  }

  #succeeded(now: number, { at, inFlight, isProbe, options, paced }: Sent, bytes: number): void {
    this.#responseBytes = Math.max(bytes, 0.9 * this.#responseBytes);
    this.#lastSuccess = now;
    this.#failing = undefined;
    const isNews = this.#breaker.isNews(at);
    this.#responded(now, at);
    // The next requests encounter the limit again: send few of them.
    if (this.#pacer.succeeded(now, paced)) this.#window = new ConcurrencyWindow(now);
    if (isProbe) this.#window.restore(now);
    else {
      const { maxConcurrency, priority } = options;
      this.#window.succeeded(now, { sentAt: at, inFlight, maxConcurrency }, isNews, priority === "normal");
    }
  }

  #rateLimited(
    now: number,
    { at, paced }: Sent,
    resetMs: number | undefined,
    by: LimitedBy,
    reason: unknown,
  ): RateLimitUpdate {
    this.#responded(now, at);
    this.#failing = this.#failure(at, undefined, reason);
    const delayMs = this.#pacer.rateLimited(now, paced, { by, resetMs }, Math.random());
    return { delayMs, ratePerSecond: this.#pacer.ratePerSecond };
  }

  #failed(
    now: number,
    { at, inFlight, isProbe }: Sent,
    { isResponse, retryAfterMs, reason }: ServerFailure,
  ): void {
    this.#hasResponded ||= isResponse;
    this.#failing = this.#failure(at, now - at + (retryAfterMs ?? 0), reason);
    const isBusy = !this.#queue.empty || inFlight > this.#window.size / 2;
    this.#window.failed(this.#inFlight.size, this.#breaker.failures, isBusy);
    const [oldest] = this.#inFlight;
    const oldestSentAt = oldest?.at ?? Number.POSITIVE_INFINITY;
    this.#breaker.failed(now, { sentAt: at, isProbe, oldestSentAt, retryAfterMs });
  }

  #failure(sentAt: number, failedAfterMs: number | undefined, reason: unknown): Failing {
    const since = Math.min(sentAt, this.#failing?.since ?? sentAt);
    return { lastSuccess: this.#lastSuccess, since, failedAfterMs, reason };
  }
}
