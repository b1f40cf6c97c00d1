/** Decides which failures are retried, and after which delay. Pure: time and randomness are parameters. */

/** Statuses of a server that is full, restarts or starts: 503 by Together and vLLM, 502 and 504 by gateways before them. */
const UNAVAILABLE = new Set([502, 503, 504, 529]);

/** Retryable statuses below 500. 413 and 422 are not among them: the same request would be rejected again. */
const RETRYABLE = new Set([408, 409, 425]);

/** Upper bound of the first delay. It is short, because a server that fails one request in twenty recovers at once. */
const INITIAL_DELAY_MS = 100;

/** Each upper bound is three times the previous one, up to eight seconds: five retries outlast a server's restart. */
const FACTOR = 3;
const MAX_DELAY_MS = 8000;

/** A larger number is a date in seconds since 1970, not a delay. */
const EPOCH_SECONDS = 1_000_000_000;

/**
 * Whether a status is retryable. 500 is, although Together's SDK does not retry it. 429 is handled by the rate
 * limiter: it costs no retry.
 */
export function isRetryableStatus(status: number): boolean {
  return RETRYABLE.has(status) || status >= 500;
}

/** Whether a status says that the server is not available now, whatever the request is. */
export function isUnavailable(status: number): boolean {
  return UNAVAILABLE.has(status);
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

/** Returns the longest time that so many retries can be delayed in all, in milliseconds. */
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
 * `retry-after-ms` and `retry-after`.
 */
export function retryAfterMs(headers: Headers, nowMs: number): number | undefined {
  return (
    parseSeconds(headers.get("x-ratelimit-reset"), nowMs) ??
    parseNumber(headers.get("retry-after-ms")) ??
    parseSeconds(headers.get("retry-after"), nowMs) ??
    parseDate(headers.get("retry-after"), nowMs)
  );
}

function parseNumber(value: string | null, factor = 1): number | undefined {
  if (value === null || value.trim() === "") return undefined;
  const number = Number(value);
  return Number.isFinite(number) && number >= 0 ? number * factor : undefined;
}

function parseSeconds(value: string | null, nowMs: number): number | undefined {
  const ms = parseNumber(value, 1000);
  if (ms === undefined || ms < EPOCH_SECONDS * 1000) return ms;
  return Math.max(0, ms - nowMs);
}

function parseDate(value: string | null, nowMs: number): number | undefined {
  const date = value === null ? Number.NaN : Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}
