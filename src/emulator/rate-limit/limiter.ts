import { ApiError, defaultError } from "../api-error.js";
import type { EmulatorRequest } from "../request-log.js";
import { FixedWindow, SuccessRate, TokenBucket, type Meter, type Quota } from "./meters.js";
import { resetValue, type ResetFormat, type ResetHeader } from "./reset.js";

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
   * What a 429 tells a client about the time to wait. `"rounded"` (up to whole seconds, as Together does), `"exact"`
   * or `"none"`; a time of the server's clock: `"date"`, `"epoch"` or `"epoch-ms"`; a wrong constant: a number of
   * seconds, 0 or more; or a function that returns the seconds.
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
   * Share of requests that are rejected at random, 0 to 1, also below the other limits. They tell a client to wait 0
   * seconds unless `reset` is a constant or a function. The emulator's option `random` decides which.
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
  /** What the header tells about the time to wait. @defaultValue "exact", or "none" without `waitSeconds` */
  readonly reset?: ResetFormat;
}

/** A custom limit. Return undefined to accept the request. `now` is `performance.now()`, in milliseconds. */
export type LimitRule = (request: EmulatorRequest, now: number) => LimitRejection | undefined;

/** The meters of one key and model. */
interface KeyMeters {
  readonly requests: Meter;
  readonly tokens: Meter;
  readonly successes: SuccessRate;
}

/** Rejects requests above the rate limit. */
export class Limiter {
  #limits: RateLimitOptions | LimitRule | undefined;
  #meters = new Map<string, KeyMeters>();

  /** @param serverTime - Returns the time of the server's clock, in milliseconds since 1970. */
  constructor(
    limits: RateLimitOptions | LimitRule | undefined,
    private readonly serverTime: () => number = () => Date.now(),
    private readonly random: () => number = Math.random,
  ) {
    this.#limits = limits;
  }

  /** Replaces the limit. Earlier requests still count if the algorithm stays the same. */
  set(limits: RateLimitOptions | LimitRule | undefined): void {
    if (algorithmOf(limits) !== algorithmOf(this.#limits)) this.#meters.clear();
    this.#limits = limits;
  }

  /**
   * Counts a request towards the limit.
   *
   * @throws {ApiError} 429, or the limit's own status, if the request is above the limit. It does not count then.
   */
  consume(request: EmulatorRequest, key: string): void {
    const now = performance.now();
    const limits = this.#limits;
    if (!limits) return;
    const rejection =
      typeof limits === "function"
        ? limits(request, now)
        : (this.#rejectAtRandom(limits) ?? consumeQuotas(limits, this.#metersOf(key, request), request, now));
    if (rejection) throw rejected(rejection, this.serverTime());
  }

  /** Counts a successful request towards the growth of the limit. */
  recordSuccess(request: EmulatorRequest, key: string): void {
    if (typeof this.#limits === "object") this.#metersOf(key, request).successes.add(performance.now());
  }

  #rejectAtRandom(limits: RateLimitOptions): LimitRejection | undefined {
    const { randomShare = 0 } = limits;
    return this.random() < randomShare ? rejectionOf(limits, 0) : undefined;
  }

  #metersOf(key: string, request: EmulatorRequest): KeyMeters {
    const name = `${key}\n${request.model ?? ""}`;
    const known = this.#meters.get(name);
    if (known) return known;
    const limits = this.#limits as RateLimitOptions;
    const meter = (): Meter => (limits.algorithm === "fixed-window" ? new FixedWindow() : new TokenBucket());
    const seconds = limits.growth?.windowSeconds ?? 3600;
    const meters = { requests: meter(), tokens: meter(), successes: new SuccessRate(seconds) };
    this.#meters.set(name, meters);
    return meters;
  }
}

function algorithmOf(limits: RateLimitOptions | LimitRule | undefined): string {
  return typeof limits === "object" ? (limits.algorithm ?? "token-bucket") : "none";
}

/** Counts the request in both meters, or in none of them and returns the rejection. */
function consumeQuotas(
  limits: RateLimitOptions,
  meters: KeyMeters,
  request: EmulatorRequest,
  now: number,
): LimitRejection | undefined {
  const requestQuota = requestQuotaOf(limits, meters.successes, now);
  const tokenQuota = tokenQuotaOf(limits);
  const requestWait = meters.requests.wait(requestQuota, 1, now);
  const tokenWait = meters.tokens.wait(tokenQuota, request.tokens, now);
  if (requestWait === 0 && tokenWait === 0) {
    meters.requests.consume(requestQuota, 1, now);
    meters.tokens.consume(tokenQuota, request.tokens, now);
    return undefined;
  }
  const errorType = requestWait > 0 ? "dynamic_request_limited" : "dynamic_token_limited";
  return { errorType, ...rejectionOf(limits, Math.max(requestWait, tokenWait)) };
}

function rejectionOf(limits: RateLimitOptions, waitSeconds: number): LimitRejection {
  const { header = "x-ratelimit-reset", reset = "rounded", status = 429 } = limits;
  return { waitSeconds, header, reset, status };
}

function requestQuotaOf(limits: RateLimitOptions, successes: SuccessRate, now: number): Quota {
  const { requestsPerSecond = Infinity, windowSeconds = 1, growth, burst } = limits;
  const rate = growth
    ? Math.max(requestsPerSecond, (growth.factor ?? 2) * successes.perSecond(now))
    : requestsPerSecond;
  return { rate, capacity: Math.max(1, burst ?? rate * windowSeconds), windowSeconds };
}

function tokenQuotaOf({ tokensPerSecond = Infinity, windowSeconds = 1 }: RateLimitOptions): Quota {
  return { rate: tokensPerSecond, capacity: tokensPerSecond * windowSeconds, windowSeconds };
}

function rejected(rejection: LimitRejection, serverTime: number): ApiError {
  const { status = 429, errorType = "dynamic_request_limited", header = "x-ratelimit-reset" } = rejection;
  const { waitSeconds, reset = waitSeconds === undefined ? "none" : "exact" } = rejection;
  const value = resetValue(reset, waitSeconds ?? 0, header, serverTime);
  const details = { ...(value !== undefined && { headers: { [header]: value } }) };
  if (status !== 429) return new ApiError(status, defaultError(status).message, details);
  const what = errorType === "dynamic_token_limited" ? "tokens" : "requests";
  const message = `You have been rate limited: too many ${what} for this model. Please slow down.`;
  // Together documents `error_type` only in prose, not its place in the body. The error's `type` is a guess.
  return new ApiError(429, message, { errorType, ...details });
}
