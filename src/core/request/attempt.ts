/** Types of a request, its attempts, and their outcomes. */

import type { CallHeaders } from "../call-options.js";
import type { Failure } from "../errors/failure.js";
import type { TogetherError } from "../errors/together-error.js";
import type { RateLimiter } from "../rate-limit/rate-limiter.js";
import type { Priority } from "../rate-limit/permit.js";
import type { ResponseLimit } from "./response-limits.js";
import type { EndpointCall } from "./together-client.js";

/** One unit of work: a batch, a query, or a list to rerank. It is sent until it succeeds or fails. */
export interface ApiOperation {
  readonly priority: Priority;
  readonly signal: AbortSignal;
  /** The requested action; completes the sentence "Cannot ...". */
  readonly task: string;
  /** Added to the headers of each request; the client's own win. */
  readonly headers: CallHeaders | undefined;
  readonly limiter: RateLimiter;
  /** Milliseconds of the limiter's clock. */
  readonly startedAt: number;
  /** Requests sent so far. */
  attempts: number;
  /** Attempts that failed, without those that were rate-limited. */
  failures: number;
  /** Failed attempts that counted against `maxRetries`. */
  retries: number;
  /** When the first attempt failed that did not count. */
  failingSince: number;
  /** Its own last failure, with the request that failed. */
  lastFailure: OwnFailure | undefined;
}

/** A failure that was retried. If no retry follows, the error quotes it. */
export interface OwnFailure {
  readonly failure: Failure;
  readonly request: ApiRequest<unknown>;
}

/** One request. */
export interface ApiRequest<Value> {
  readonly call: EndpointCall;
  /** Texts or documents in it. */
  readonly texts: readonly string[];
  readonly estimatedTokens: number;
  /** A longer response is rejected unread. */
  readonly limit: ResponseLimit;
  /** @throws {@link InvalidResponse} if the body does not match the request. */
  parse(body: unknown): Value;
}

/** The outcome of one attempt. */
export type Attempt<Value> =
  | Succeeded<Value>
  /** 429: costs no retry; the limiter delays the next permit. */
  | { readonly status: "rate-limited" }
  | { readonly status: "retry"; readonly delayMs: number }
  | Failed;

/** The response passed every check. */
export interface Succeeded<Value> {
  readonly status: "ok";
  readonly value: Value;
}

/** The request is not repeated unchanged. */
export interface Failed {
  readonly status: "failed";
  readonly failure: Failure;
  /** Builds the error for the caller. */
  error(): TogetherError;
}
