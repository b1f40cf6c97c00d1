/**
 * Decides which request to one model is sent next, and when. Queries and rerank requests are sent before document
 * requests; within each group, retries are sent before first attempts. {@link Pacer} computes the time of the next one.
 *
 * All embedders and rerankers with the same `fetch`, origin, key and model share one limiter, because the server counts
 * their requests together.
 */

import { onAbort } from "../abort.js";
import { ConcurrencyWindow } from "./concurrency-window.js";
import { Pacer, type LimitedBy, type SentRequest } from "./pacer.js";
import { RetryBudget } from "./retry-budget.js";
import { WaitQueue, type Rank, type Waiter } from "./wait-queue.js";

/** `"high"` for queries and rerank requests, whose caller waits for one response; `"normal"` for documents. */
export type Priority = "high" | "normal";

/** What a caller wants to send. */
export interface AcquireOptions {
  readonly priority: Priority;
  readonly isRetry: boolean;
  /** The most requests to the model that may be in flight, including this one. */
  readonly maxConcurrency: number;
  /** When the operation started, in milliseconds of `performance.now()`. */
  readonly startedAt: number;
  readonly signal: AbortSignal;
}

/** Permission to send one request. The limiter grants no other permit until this one is started or cancelled. */
export interface Permit {
  /**
   * Counts the request as sent.
   *
   * @param tokens - Estimated number of tokens in the request.
   */
  start(tokens: number): InFlight;
  /** Gives the permit back unused. */
  cancel(): void;
}

/** A request that was sent. Call exactly one of its four methods when it has ended. */
export interface InFlight {
  /** Sequence number of the request for this model, from 1. */
  readonly request: number;
  /** Milliseconds of `performance.now()`. */
  readonly sentAt: number;
  /** Requests in flight just after this one was sent, including it. */
  readonly inFlight: number;
  /** The response passed every check. */
  succeeded(): void;
  /**
   * The server responded with 429.
   *
   * @param resetMs - Milliseconds until the server accepts requests again, if the response says so.
   * @param by - What the server limits.
   */
  rateLimited(resetMs: number | undefined, by: LimitedBy): RateLimitUpdate;
  /**
   * The server failed, or the connection was lost.
   *
   * @param delayMs - Milliseconds without requests to the model, if the last four requests have all failed.
   */
  failed(delayMs: number): void;
  /** The request ended without information about the server's limits: it was aborted, or rejected with another 4xx. */
  release(): void;
}

/** The delay and the new estimate after a 429. */
export interface RateLimitUpdate {
  /** Milliseconds for which no request is sent to the model. */
  readonly delayMs: number;
  /** Estimated rate, in requests or tokens per second. */
  readonly ratePerSecond: number;
}

/** The limited unit, requests or tokens, and its estimated rate. */
export interface RateLimit {
  readonly by: LimitedBy;
  readonly perSecond: number;
}

interface WaitingCaller extends Waiter {
  readonly options: AcquireOptions;
  readonly grant: (permit: Permit) => void;
  readonly reject: (reason: unknown) => void;
}

/** Grants permits to the callers of one model. */
export class RateLimiter {
  /** Shared by all callers of this model. */
  readonly retryBudget = new RetryBudget();
  readonly #pacer = new Pacer();
  #window = new ConcurrencyWindow();
  #lastActive = Number.NEGATIVE_INFINITY;
  #outageUntil = Number.NEGATIVE_INFINITY;
  readonly #queue = new WaitQueue<WaitingCaller>();
  #isPermitOutstanding = false;
  #inFlight = 0;
  #sent = 0;
  #lastSuccess = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** The limited unit and its estimated rate; `undefined` until the first 429. */
  get limit(): RateLimit | undefined {
    const { limitedBy: by, ratePerSecond: perSecond } = this.#pacer;
    return by && { by, perSecond };
  }

  /** When a request last succeeded, in milliseconds of `performance.now()`; `-Infinity` if none has. */
  get lastSuccess(): number {
    return this.#lastSuccess;
  }

  /** Whether no request is in flight, no permit is outstanding and no caller waits. */
  get idle(): boolean {
    return this.#inFlight === 0 && !this.#isPermitOutstanding && this.#queue.empty;
  }

  /**
   * Waits for permission to send one request.
   *
   * @throws the signal's reason if it is aborted.
   * @throws the reason passed to {@link RateLimiter.rejectWaitingSince}.
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
        this.#grantNext();
      });
      this.#queue.add(caller);
      this.#grantNext();
    });
  }

  /** Rejects the callers that wait and whose operation started at `time` or before. */
  rejectWaitingSince(time: number, reason: unknown): void {
    for (const { options, reject } of this.#queue.all()) {
      if (options.startedAt <= time) reject(reason);
    }
    this.#grantNext();
  }

  /** Grants a permit to the first caller that may have one more request in flight, or sets a timer for it. */
  #grantNext(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const caller = this.#isPermitOutstanding ? undefined : this.#queue.first(this.#inFlight);
    if (!caller) return;
    const { priority, maxConcurrency } = caller.options;
    const now = performance.now();
    this.#observeIdle(now);
    const time = this.#nextSendTime(maxConcurrency, priority === "high");
    if (time <= now) return caller.grant(this.#createPermit(maxConcurrency));
    // Infinity: a request must end first, and then `#settle` calls this method again.
    if (time < Number.POSITIVE_INFINITY) {
      this.#timer = setTimeout(() => this.#grantNext(), Math.ceil(time - now));
    }
  }

  #observeIdle(now: number): void {
    if (this.#inFlight > 0) return;
    if (this.#pacer.observeIdle(now)) this.#window = new ConcurrencyWindow();
    this.#window.resetAfterIdle(now, now - this.#lastActive);
  }

  #nextSendTime(maxConcurrency: number, highPriority: boolean): number {
    if (!this.#window.hasCapacity(this.#inFlight, maxConcurrency)) return Number.POSITIVE_INFINITY;
    const opensAt = this.#pacer.limitedBy ? 0 : this.#window.opensAt(this.#inFlight + 1, highPriority);
    return Math.max(this.#outageUntil, opensAt, this.#pacer.nextSendTime(highPriority));
  }

  #createPermit(maxConcurrency: number): Permit {
    this.#isPermitOutstanding = true;
    return {
      start: (tokens) => {
        this.#isPermitOutstanding = false;
        const inFlight = this.#startRequest(tokens, maxConcurrency);
        this.#grantNext();
        return inFlight;
      },
      cancel: () => {
        this.#isPermitOutstanding = false;
        this.#grantNext();
      },
    };
  }

  #startRequest(tokens: number, maxConcurrency: number): InFlight {
    const now = performance.now();
    const sent = this.#pacer.sent(now, tokens);
    this.#lastActive = now;
    this.#inFlight += 1;
    this.#sent += 1;
    return {
      request: this.#sent,
      sentAt: now,
      inFlight: this.#inFlight,
      succeeded: () => this.#settle((at) => this.#succeeded(at, sent, maxConcurrency)),
      rateLimited: (resetMs, by) => this.#settle((at) => this.#rateLimited(at, sent, resetMs, by)),
      failed: (delayMs) => this.#settle((at) => this.#failed(at, delayMs, maxConcurrency)),
      release: () => this.#settle(() => {}),
    };
  }

  /** Ends a request, reports its result to the pacer, and grants the next permit. */
  #settle<Result>(report: (now: number) => Result): Result {
    this.#inFlight -= 1;
    this.#lastActive = performance.now();
    const result = report(this.#lastActive);
    this.#grantNext();
    return result;
  }

  #succeeded(now: number, sent: SentRequest, maxConcurrency: number): void {
    this.#lastSuccess = now;
    this.retryBudget.earn();
    this.#pacer.succeeded(now, sent);
    this.#window.succeeded(maxConcurrency);
  }

  #failed(now: number, delayMs: number, maxConcurrency: number): void {
    this.#window.failed(maxConcurrency);
    if (this.#window.outage) this.#outageUntil = Math.max(this.#outageUntil, now + delayMs);
  }

  #rateLimited(now: number, sent: SentRequest, resetMs: number | undefined, by: LimitedBy): RateLimitUpdate {
    const delayMs = this.#pacer.rateLimited(now, sent, { by, resetMs }, Math.random());
    return { delayMs, ratePerSecond: this.#pacer.ratePerSecond };
  }
}
