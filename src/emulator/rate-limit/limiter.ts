import { errorsOf } from "../../core/options/nested-options.js";
import { ApiError, defaultError } from "../api-error.js";
import type { EmulatorRequest } from "../request-log.js";
import { rejectionOption } from "./limits-option.js";
import { FixedWindow, SuccessRate, TokenBucket, type Meter, type Quota } from "./meters.js";
import type { LimitRejection, LimitRule, RateLimitOptions } from "./rate-limit-options.js";
import { resetValue } from "./reset.js";

/** The meters of one key and model. */
interface KeyMeters {
  readonly requests: Meter;
  readonly tokens: Meter;
  readonly successes: SuccessRate;
}

/** More keys and models than a test has. Beyond them, the count of the pair that was unused for longest restarts. */
const MAX_METERS = 1000;

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
   * @throws {TogetherError} `invalid_option` if a limit that is a function returns something else than a rejection.
   */
  consume(request: EmulatorRequest, key: string): void {
    const now = performance.now();
    const limits = this.#limits;
    if (!limits) return;
    const rejection =
      typeof limits === "function"
        ? decide(limits, request, now)
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
    if (known) {
      // A Map keeps the order of insertion: the first entry is the one that was unused for longest.
      this.#meters.delete(name);
      this.#meters.set(name, known);
      return known;
    }
    if (this.#meters.size >= MAX_METERS) this.#meters.delete(this.#meters.keys().next().value as string);
    const limits = this.#limits as RateLimitOptions;
    const meter = (): Meter => (limits.algorithm === "fixed-window" ? new FixedWindow() : new TokenBucket());
    const seconds = limits.growth?.windowSeconds ?? 3600;
    const meters = { requests: meter(), tokens: meter(), successes: new SuccessRate(seconds) };
    this.#meters.set(name, meters);
    return meters;
  }
}

function decide(limits: LimitRule, request: EmulatorRequest, now: number): LimitRejection | undefined {
  const rejection = limits(request, now);
  return rejection === undefined ? undefined : rejectionOption.check(rejection, "limits()", wrongRejection);
}

const wrongRejection = errorsOf("respond to a request");

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
