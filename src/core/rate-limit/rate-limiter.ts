/**
 * Decides which request of one model is sent next, and when. Queries and rerank requests are sent before documents, and
 * retries before first attempts. {@link Pacer} computes the time.
 *
 * All objects with the same `fetch`, origin, key and model share one limiter, because the server counts their requests
 * together.
 */

import { onAbort } from "../abort.js";
import { Pacer, type LimitedBy, type SentRequest } from "./pacer.js";
import { RetryBudget } from "./retry-budget.js";
import { WaitQueue, type Rank, type Waiter } from "./wait-queue.js";

/** `"high"` for queries and rerank requests, whose caller waits for one response; `"normal"` for documents. */
export type Priority = "high" | "normal";

/** What a caller wants to send. */
export interface AcquireOptions {
  readonly priority: Priority;
  readonly isRetry: boolean;
  /** The most requests in flight, this one included. */
  readonly maxConcurrency: number;
  /** When the operation started, in milliseconds of `performance.now()`. */
  readonly startedAt: number;
  readonly signal: AbortSignal;
}

/** Permission to send one request. No other permit is granted until it is used or cancelled. */
export interface Permit {
  /**
   * Counts the request as sent.
   *
   * @param tokens - Tokens of the request, estimated.
   */
  start(tokens: number): InFlight;
  /** Gives the permit back unused. */
  cancel(): void;
}

/** A request that was sent. Call exactly one of its four methods when it has ended. */
export interface InFlight {
  /** Number of the request within its model, from 1. */
  readonly request: number;
  /** Milliseconds of `performance.now()`. */
  readonly sentAt: number;
  /** Requests in flight, this one included. */
  readonly inFlight: number;
  /** The response passed every check. */
  succeeded(): void;
  /**
   * The server responded with 429.
   *
   * @param resetMs - Milliseconds after which the server accepts requests again, if the response says so.
   */
  rateLimited(resetMs: number | undefined, by: LimitedBy): RateLimitUpdate;
  /**
   * The server failed, or the connection was lost.
   *
   * @param delayMs - Milliseconds for which the model gets no request if all requests fail.
   */
  failed(delayMs: number): void;
  /** The request ended in a way that says nothing about the server's limits. */
  release(): void;
}

/** What follows from a 429. */
export interface RateLimitUpdate {
  /** Milliseconds for which all requests of the model are delayed. */
  readonly delayMs: number;
  /** Estimated rate, in requests or tokens per second. */
  readonly ratePerSecond: number;
}

/** What the server limits, and its estimated rate. */
export interface RateLimit {
  readonly by: LimitedBy;
  readonly perSecond: number;
}

interface Acquirer extends Waiter {
  readonly options: AcquireOptions;
  readonly grant: (permit: Permit) => void;
  readonly reject: (reason: unknown) => void;
}

/** Grants permits to the callers of one model. */
export class RateLimiter {
  /** Retries that callers of this model may make together. */
  readonly retryBudget = new RetryBudget();
  readonly #pacer = new Pacer();
  readonly #queue = new WaitQueue<Acquirer>();
  #isGranted = false;
  #inFlight = 0;
  #sent = 0;
  #lastSuccess = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** What the server limits; `undefined` until the first 429. */
  get limit(): RateLimit | undefined {
    const { limitedBy: by, ratePerSecond: perSecond } = this.#pacer;
    return by && { by, perSecond };
  }

  /** When a request last succeeded, in milliseconds of `performance.now()`; minus infinity before. */
  get lastSuccess(): number {
    return this.#lastSuccess;
  }

  /** Whether no request is in flight and no caller waits. */
  get idle(): boolean {
    return this.#inFlight === 0 && !this.#isGranted && this.#queue.empty;
  }

  /**
   * Waits for permission to send one request.
   *
   * @throws the signal's reason as soon as it is aborted; the reason given to {@link RateLimiter.rejectWaitingSince}.
   */
  acquire(options: AcquireOptions): Promise<Permit> {
    const { priority, isRetry, maxConcurrency, signal } = options;
    signal.throwIfAborted();
    const rank = ((priority === "high" ? 0 : 2) + (isRetry ? 0 : 1)) as Rank;
    return new Promise((resolve, reject) => {
      const remove = (): void => {
        unlink();
        this.#queue.delete(acquirer);
      };
      const acquirer: Acquirer = {
        rank,
        maxConcurrency,
        options,
        grant: (permit) => (remove(), resolve(permit)),
        reject: (reason) => (remove(), reject(reason)),
      };
      const unlink = onAbort(signal, () => {
        acquirer.reject(signal.reason);
        this.#grantNext();
      });
      this.#queue.add(acquirer);
      this.#grantNext();
    });
  }

  /** Rejects all callers whose operation started at `time` or before: no request has succeeded since. */
  rejectWaitingSince(time: number, reason: unknown): void {
    for (const { options, reject } of this.#queue.all()) {
      if (options.startedAt <= time) reject(reason);
    }
    this.#grantNext();
  }

  /** Grants a permit to the first caller if its time has come, and sets a timer otherwise. */
  #grantNext(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const acquirer = this.#isGranted ? undefined : this.#queue.first(this.#inFlight);
    if (!acquirer) return;
    const { priority, maxConcurrency } = acquirer.options;
    const now = performance.now();
    this.#pacer.observeIdle(now, this.#inFlight);
    const time = this.#pacer.nextSendTime(this.#inFlight, maxConcurrency, priority === "high");
    if (time <= now) return acquirer.grant(this.#permit(maxConcurrency));
    // Infinity: a response must come first, and it calls this method again.
    if (time < Number.POSITIVE_INFINITY) {
      this.#timer = setTimeout(() => this.#grantNext(), Math.ceil(time - now));
    }
  }

  #permit(maxConcurrency: number): Permit {
    this.#isGranted = true;
    return {
      start: (tokens) => {
        this.#isGranted = false;
        const inFlight = this.#start(tokens, maxConcurrency);
        this.#grantNext();
        return inFlight;
      },
      cancel: () => {
        this.#isGranted = false;
        this.#grantNext();
      },
    };
  }

  #start(tokens: number, maxConcurrency: number): InFlight {
    const now = performance.now();
    const sent = this.#pacer.sent(now, tokens);
    this.#inFlight += 1;
    this.#sent += 1;
    return {
      request: this.#sent,
      sentAt: now,
      inFlight: this.#inFlight,
      succeeded: () => this.#settle((at) => this.#succeeded(at, sent, maxConcurrency)),
      rateLimited: (resetMs, by) => this.#settle((at) => this.#rateLimited(at, sent, resetMs, by)),
      failed: (delayMs) => this.#settle((at) => this.#pacer.failed(at, delayMs, maxConcurrency)),
      release: () => this.#settle(() => {}),
    };
  }

  #settle<Result>(learn: (now: number) => Result): Result {
    this.#inFlight -= 1;
    const result = learn(performance.now());
    this.#grantNext();
    return result;
  }

  #succeeded(now: number, sent: SentRequest, maxConcurrency: number): void {
    this.#lastSuccess = now;
    this.retryBudget.earn();
    this.#pacer.succeeded(now, sent, maxConcurrency);
  }

  #rateLimited(now: number, sent: SentRequest, resetMs: number | undefined, by: LimitedBy): RateLimitUpdate {
    const delayMs = this.#pacer.rateLimited(now, sent, { by, resetMs }, Math.random());
    return { delayMs, ratePerSecond: this.#pacer.ratePerSecond };
  }
}
