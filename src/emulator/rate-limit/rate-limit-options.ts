import type { EmulatorRequest } from "../request-log.js";
import type { ResetFormat, ResetHeader } from "./reset.js";

/** A rate limit like Together's: per API key and model. Rejected requests do not count. */
export interface RateLimitOptions {
  /** Maximum requests per second, above 0. With `growth`, the rate to start from. @defaultValue no limit */
  readonly requestsPerSecond?: number;
  /** Maximum estimated tokens per second, above 0. @defaultValue no limit */
  readonly tokensPerSecond?: number;
  /**
   * `"token-bucket"` refills at a constant rate and allows bursts. `"fixed-window"` counts per window, and rejects
   * until the next window starts.
   *
   * @defaultValue "token-bucket"
   */
  readonly algorithm?: "token-bucket" | "fixed-window";
  /** Length of a window in seconds, above 0; for a bucket, seconds of traffic it can hold. @defaultValue 1 */
  readonly windowSeconds?: number;
  /** Requests that a bucket can hold, above 0. Less than 1 counts as 1. @defaultValue the requests of `windowSeconds` */
  readonly burst?: number;
  /**
   * The reset in a 429. `"rounded"` (up to whole seconds, as Together does), `"exact"` or `"none"`. A time of the
   * server's clock: `"date"`, `"epoch"` or `"epoch-ms"`. A wrong constant: a number of seconds, 0 or more. Or a
   * function that returns the seconds.
   *
   * @defaultValue "rounded"
   */
  readonly reset?: ResetFormat;
  /**
   * Header of a 429 with the time to wait: Together's own (seconds), `"retry-after"` (seconds) or `"retry-after-ms"`
   * (milliseconds).
   *
   * @defaultValue "x-ratelimit-reset"
   */
  readonly header?: ResetHeader;
  /** Status of the response to a request above the limit, 400 to 599. @defaultValue 429 */
  readonly status?: number;
  /**
   * Share of requests that are rejected at random, 0 to 1, also below the other limits. Their reset is 0 seconds unless
   * `reset` is a constant or a function. The emulator's option `random` decides which.
   *
   * @defaultValue 0
   */
  readonly randomShare?: number;
  /** Raises the limit after steady success, as Together's dynamic limits do. @defaultValue a constant limit */
  readonly growth?: RateGrowth;
}

/** Growth of a dynamic limit: `factor` times the rate of past successes, at least the base rate. */
export interface RateGrowth {
  /** Multiple of the rate of past successes, 1 or more. Together documents 2. @defaultValue 2 */
  readonly factor?: number;
  /** Period over which successes count, in seconds, above 0. Together documents 1 hour. @defaultValue 3600 */
  readonly windowSeconds?: number;
}

/** The response of a custom limit. */
export interface LimitRejection {
  /** Seconds until the next attempt, 0 or more. @defaultValue the response has no header for it */
  readonly waitSeconds?: number;
  /** Together's `error_type`, which names the limited quantity. @defaultValue "dynamic_request_limited" */
  readonly errorType?: "dynamic_request_limited" | "dynamic_token_limited";
  /** Header with the time to wait. @defaultValue "x-ratelimit-reset" */
  readonly header?: ResetHeader;
  /** Status of the response, 400 to 599. @defaultValue 429 */
  readonly status?: number;
  /** The form of the reset in the header. @defaultValue "exact", or "none" without `waitSeconds` */
  readonly reset?: ResetFormat;
}

/** A custom limit. Return undefined to accept the request. `now` is `performance.now()`, in milliseconds. */
export type LimitRule = (request: EmulatorRequest, now: number) => LimitRejection | undefined;
