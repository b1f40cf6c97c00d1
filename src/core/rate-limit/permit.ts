/** The types between the rate limiter and its callers. */

import type { LimitedBy } from "./pacer.js";

/** `"high"` for queries and rerank requests, whose caller waits for one response; `"normal"` for documents. */
export type Priority = "high" | "normal";

/** The request that a caller wants to send. */
export interface AcquireOptions {
  readonly priority: Priority;
  readonly isRetry: boolean;
  /** The most requests to the model that may be in flight, including this one. */
  readonly maxConcurrency: number;
  /**
   * The caller's deadline while the model only fails: see {@link RateLimiter.failing}. Called again after each failure.
   */
  readonly waitsUntil: (failing: Failing) => number;
  readonly signal: AbortSignal;
}

/** The state of a model that has failed, or has responded with 429, since its last success. */
export interface Failing {
  /** When a request last succeeded; `-Infinity` if none has. */
  readonly lastSuccess: number;
  /** When the first of the failed requests was sent. */
  readonly since: number;
  /** The duration of the last failed attempt, with the server's delay; `undefined` if it was a 429. */
  readonly failedAfterMs: number | undefined;
  /** The reason, as the caller of that request described it. */
  readonly reason: unknown;
}

/** Permission to send one request. The limiter grants no other permit until this one is started or cancelled. */
export interface Permit {
  /**
   * Counts the request as sent.
   *
   * @param tokens - Estimated number of tokens in the request.
   */
  start(tokens: number): InFlight;
  /** Returns the permit unused. */
  cancel(): void;
}

/** A request that was sent. Call exactly one of its five methods when it has ended. */
export interface InFlight {
  /** Sequence number of the request for this model, from 1. */
  readonly request: number;
  /** Milliseconds of the limiter's clock. */
  readonly sentAt: number;
  /** Requests in flight just after this one was sent, including it. */
  readonly inFlight: number;
  /** The response passed every check. @param bytes - Its size, if it takes much memory. */
  succeeded(bytes?: number): void;
  /**
   * The server responded with 429.
   *
   * @param resetMs - Milliseconds until the server accepts requests again, if the response has a reset.
   * @param by - What the server limits.
   * @param reason - The error of callers that wait too long for a success.
   */
  rateLimited(resetMs: number | undefined, by: LimitedBy, reason: unknown): RateLimitUpdate;
  /** The server failed, or the connection was lost. */
  failed(failure: ServerFailure): void;
  /** The server works, and rejected this request: another 4xx. */
  rejected(): void;
  /** The request was aborted. */
  release(): void;
}

/** The reason why a request failed, for other callers. */
export interface ServerFailure {
  /** Whether there was a response, of any status. */
  readonly isResponse: boolean;
  /** The delay in milliseconds that the server asks for, if it does. */
  readonly retryAfterMs: number | undefined;
  /** The error of callers that wait too long for a success. */
  readonly reason: unknown;
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
