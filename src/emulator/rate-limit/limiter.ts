import { TokenBucket, SuccessRate, FixedWindow, type Demand, type Meter } from "./meters.js";
import { ApiError } from "../api-error.js";
import type { EmulatorRequest } from "../request-log.js";

/** A rate limit as Together has it: for each API key and model by itself. Refused requests cost nothing. */
export interface RateLimitOptions {
  /** Most requests a second, above 0; with `growth`, the rate that it starts from. @defaultValue no limit */
  readonly requestsPerSecond?: number;
  /** Most tokens a second, above 0. @defaultValue no limit */
  readonly tokensPerSecond?: number;
  /**
   * `"token-bucket"`: refills steadily and holds a burst. `"fixed-window"`: counts in windows that follow one another, and
   * refuses until the next begins.
   *
   * @defaultValue "token-bucket"
   */
  readonly algorithm?: "token-bucket" | "fixed-window";
  /** Seconds, above 0, that a window lasts, or whose traffic a bucket holds. @defaultValue 1 */
  readonly windowSeconds?: number;
  /** Requests that a bucket holds, above 0; less than 1 counts as 1. @defaultValue the requests of `windowSeconds` */
  readonly burst?: number;
  /**
   * How a refusal names the seconds until the next chance: rounded up to whole ones, as Together does, exactly
   * (`"exact"`), or not at all.
   *
   * @defaultValue "rounded"
   */
  readonly reset?: "rounded" | "exact" | "none";
  /**
   * The header that names it: Together's own (seconds), `"retry-after"` (seconds), or `"retry-after-ms"`
   * (milliseconds).
   *
   * @defaultValue "x-ratelimit-reset"
   */
  readonly header?: ResetHeader;
  /** Lets steady success raise the limit, as Together describes its dynamic limits. @defaultValue it stays */
  readonly growth?: RateGrowth;
}

/** The header of a 429 that says how long to wait: `"x-ratelimit-reset"`, `"retry-after"` or `"retry-after-ms"`. */
export type ResetHeader = "x-ratelimit-reset" | "retry-after" | "retry-after-ms";

/** Requests a second become `factor` times the rate of past successes, never less than the base. */
export interface RateGrowth {
  /** How far above the rate of past successes one may go. 1 or more. @defaultValue 2, as Together describes */
  readonly factor?: number;
  /** Seconds looked back upon, above 0. @defaultValue 3600, as Together describes */
  readonly windowSeconds?: number;
}

/** What a limit of your own answers when it refuses. */
export interface LimitRejection {
  /** Seconds, 0 or more, until the next chance. @defaultValue the answer names none */
  readonly waitSeconds?: number;
  /** What Together calls the error's type: which of the two is limited. @defaultValue "dynamic_request_limited" */
  readonly errorType?: "dynamic_request_limited" | "dynamic_token_limited";
  /** The header that names the seconds. @defaultValue "x-ratelimit-reset" */
  readonly header?: ResetHeader;
}

/** A limit of your own: undefined admits the request. `now` is `performance.now()`, in milliseconds. */
export type LimitRule = (request: EmulatorRequest, now: number) => LimitRejection | undefined;

/** Every limit that applies to one key and model. */
interface KeyState {
  readonly requests: Meter;
  readonly tokens: Meter;
  readonly successes: SuccessRate;
}

/** Decides which requests are above the rate. */
export class Limiter {
  #limits: RateLimitOptions | LimitRule | undefined;
  #accounts = new Map<string, KeyState>();

  constructor(limits: RateLimitOptions | LimitRule | undefined) {
    this.#limits = limits;
  }

  /** From now on this limit holds; what was counted until now still counts, unless the kind of limit changes. */
  set(limits: RateLimitOptions | LimitRule | undefined): void {
    if (algorithmOf(limits) !== algorithmOf(this.#limits)) this.#accounts.clear();
    this.#limits = limits;
  }

  /** @throws {ApiError} 429, if the request is above the rate. */
  consume(request: EmulatorRequest, key: string): void {
    const now = performance.now();
    const limits = this.#limits;
    if (!limits) return;
    const refusal =
      typeof limits === "function"
        ? limits(request, now)
        : rejectionBy(limits, this.#account(key, request), request, now);
    if (refusal) throw tooManyRequests(refusal);
  }

  /** Counts a request that was answered well towards a growing limit. */
  recordSuccess(request: EmulatorRequest, key: string): void {
    if (typeof this.#limits === "object") this.#account(key, request).successes.add(performance.now());
  }

  #account(key: string, request: EmulatorRequest): KeyState {
    const name = `${key}\n${request.model ?? ""}`;
    const known = this.#accounts.get(name);
    if (known) return known;
    const limits = this.#limits as RateLimitOptions;
    const meter = (): Meter => (limits.algorithm === "fixed-window" ? new FixedWindow() : new TokenBucket());
    const seconds = limits.growth?.windowSeconds ?? 3600;
    const account = { requests: meter(), tokens: meter(), successes: new SuccessRate(seconds) };
    this.#accounts.set(name, account);
    return account;
  }
}

function algorithmOf(limits: RateLimitOptions | LimitRule | undefined): string {
  return typeof limits === "object" ? (limits.algorithm ?? "token-bucket") : "none";
}

function rejectionBy(
  limits: RateLimitOptions,
  account: KeyState,
  request: EmulatorRequest,
  now: number,
): LimitRejection | undefined {
  const [requests, tokens] = demandsOf(limits, account, request, now);
  const requestWait = account.requests.wait(requests, now);
  const tokenWait = account.tokens.wait(tokens, now);
  if (requestWait === 0 && tokenWait === 0) {
    account.requests.take(requests, now);
    account.tokens.take(tokens, now);
    return undefined;
  }
  const errorType = requestWait > 0 ? "dynamic_request_limited" : "dynamic_token_limited";
  return { errorType, ...resetOf(limits, Math.max(requestWait, tokenWait)) };
}

/** What a request asks of the limit in requests and of the limit in tokens. */
function demandsOf(
  limits: RateLimitOptions,
  account: KeyState,
  request: EmulatorRequest,
  now: number,
): [requests: Demand, tokens: Demand] {
  const { windowSeconds = 1, tokensPerSecond: tokenRate = Infinity } = limits;
  const rate = requestRate(limits, account.successes, now);
  const capacity = Math.max(1, limits.burst ?? rate * windowSeconds);
  return [
    { rate, capacity, windowSeconds, cost: 1 },
    { rate: tokenRate, capacity: tokenRate * windowSeconds, windowSeconds, cost: request.tokens },
  ];
}

function requestRate(limits: RateLimitOptions, successes: SuccessRate, now: number): number {
  const base = limits.requestsPerSecond ?? Infinity;
  return limits.growth ? Math.max(base, (limits.growth.factor ?? 2) * successes.perSecond(now)) : base;
}

function resetOf(limits: RateLimitOptions, wait: number): LimitRejection {
  const header = limits.header ?? "x-ratelimit-reset";
  if (limits.reset === "none") return {};
  if (limits.reset === "exact") return { waitSeconds: wait, header };
  return { waitSeconds: Math.ceil(wait), header };
}

function tooManyRequests(refusal: LimitRejection): ApiError {
  const { waitSeconds, errorType = "dynamic_request_limited", header = "x-ratelimit-reset" } = refusal;
  const what = errorType === "dynamic_token_limited" ? "tokens" : "requests";
  const value = header === "retry-after-ms" ? 1000 * (waitSeconds ?? 0) : (waitSeconds ?? 0);
  // Together documents the error type, and that it stands beside `error`, in words only; the `type` is a guess.
  return new ApiError(429, `You have been rate limited: too many ${what} for this model. Please slow down.`, {
    errorType,
    ...(waitSeconds !== undefined && { headers: { [header]: String(Math.ceil(value * 1000) / 1000) } }),
  });
}
