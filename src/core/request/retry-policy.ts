/** Determines which failures are retried, and after which delay. Pure: time and randomness are parameters. */

import type { Failure } from "../errors/failure.js";
import { tooLargeBy } from "../errors/rejection.js";

/** Statuses of a server that is full, starts or restarts: 503 from Together and vLLM, 502 and 504 from gateways. */
export const UNAVAILABLE: ReadonlySet<number> = new Set([502, 503, 504, 529]);

/** Retryable statuses below 500. 413 and 422 are not among them: the same request would be rejected again. */
const RETRYABLE = new Set([408, 409, 425]);

/** Upper bound of the first delay. It is short, because a server that fails one request in twenty recovers at once. */
const INITIAL_DELAY_MS = 100;

/** Each upper bound is three times the previous one, up to eight seconds: five retries outlast a server's restart. */
const FACTOR = 3;
const MAX_DELAY_MS = 8000;

/** A larger number is a date in seconds since 1970, not a delay. */
const EPOCH_SECONDS = 1_000_000_000;

/** A larger number is a date in milliseconds since 1970: in seconds, it would be after the year 5000. */
const EPOCH_MS = 100_000_000_000;

/** The client's clock is used if it differs less from the server's. The `date` header has whole seconds. */
const CLOCK_TOLERANCE_MS = 2500;

/**
 * Whether a status is retryable. 500 is, although Together's SDK does not retry it. 429 is handled by the rate
 * limiter: it costs no retry.
 */
export function isRetryableStatus(status: number): boolean {
  return RETRYABLE.has(status) || status >= 500;
}

/**
 * Whether another attempt may succeed.
 *
 * @param hasSucceeded - Whether the model has responded correctly before. If not, a wrong 200 means that its address is
 * wrong.
 */
export function isRetryable(failure: Failure, hasSucceeded: boolean): boolean {
  if (failure.kind === "status")
    return failure.status === 429 || (isRetryableStatus(failure.status) && !tooLargeBy(failure));
  if (failure.kind === "invalid") return hasSucceeded && failure.isTooLarge !== true;
  return failure.kind === "connection" || failure.kind === "timeout";
}

/**
 * Whether a failure is about the model and not about the request: the model is unavailable, or the connection was lost
 * before a response.
 *
 * @param isOnly - Whether nothing else has succeeded since the request was sent. If something has, a wrong 200 is about
 * the request, and it may be billed.
 */
export function isOutage(failure: Failure, isOnly: boolean): boolean {
  if (failure.kind === "status") return UNAVAILABLE.has(failure.status);
  return failure.kind === "connection" ? !failure.isCut : failure.kind === "invalid" && isOnly;
}

/**
 * Returns the delay before a retry in milliseconds: exponential backoff with full jitter, so that requests that
 * failed together are not retried together. The upper bounds are 0.1 s, 0.3 s, 0.9 s, 2.7 s, 8 s, 8 s, ...
 *
 * @param retry - 1 for the first retry.
 * @param random - From 0 to below 1.
 */
export function backoff(retry: number, random: number): number {
  return random * Math.min(MAX_DELAY_MS, INITIAL_DELAY_MS * FACTOR ** (retry - 1));
}

/** Returns the maximum total delay of this number of retries, in milliseconds. */
export function longestBackoff(retries: number): number {
  return Array.from({ length: retries }, (_, place) => backoff(place + 1, 1)).reduce(
    (sum, ms) => sum + ms,
    0,
  );
}

/**
 * Reads the delay that the server asks for, in milliseconds; `undefined` if it asks for none.
 *
 * Together documents `x-ratelimit-reset` (seconds) for a 429 (rate limit page, 2026). Gateways in front of it send
 * `retry-after-ms` and `retry-after`. Some send dates. Dates count from the server's own time, which the `date` header
 * names: the client's clock may be wrong.
 */
export function retryAfterMs(headers: Headers, nowMs: number): number | undefined {
  const serverNowMs = serverTime(headers.get("date"), nowMs);
  return (
    parseReset(headers.get("x-ratelimit-reset"), serverNowMs) ??
    parseNumber(headers.get("retry-after-ms")) ??
    parseReset(headers.get("retry-after"), serverNowMs)
  );
}

/** The middle of the second that the `date` header names, unless the client's clock is right and so more precise. */
function serverTime(dateHeader: string | null, nowMs: number): number {
  const date = parseDate(dateHeader);
  if (date === undefined || Math.abs(date + 500 - nowMs) <= CLOCK_TOLERANCE_MS) return nowMs;
  return date + 500;
}

/** A delay in seconds, or a date: in seconds or milliseconds since 1970, or in words. */
function parseReset(value: string | null, nowMs: number): number | undefined {
  const number = parseNumber(value);
  if (number !== undefined && number < EPOCH_SECONDS) return number * 1000;
  const date = number === undefined ? parseDate(value) : number < EPOCH_MS ? number * 1000 : number;
  return date === undefined ? undefined : Math.max(0, date - nowMs);
}

function parseNumber(value: string | null): number | undefined {
  if (value === null || value.trim() === "") return undefined;
  const number = Number(value);
  return Number.isFinite(number) && number >= 0 ? number : undefined;
}

/** Every date has a time of day. Without this condition, `Date.parse` reads "-1" as a date in 2001. */
function parseDate(value: string | null): number | undefined {
  const date = value?.includes(":") ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : date;
}
