/** Which failures deserve another try, and after how long. Pure: time and chance come in as arguments. */

/** Statuses that another try can change. 413 and 422 cannot; 500 can, although Together's SDK gives up on it. */
const RETRYABLE = new Set([408, 409, 425]);

/** The first wait is up to a tenth of a second: a server that fails one request in twenty is well again at once. */
const FIRST_WAIT_MS = 100;

/** Each wait is up to three times the one before, and none longer than eight seconds: five retries outlast a restart. */
const GROWTH = 3;
const LONGEST_WAIT_MS = 8000;

/** A number this large is a date in seconds, not a wait. */
const EPOCH_SECONDS = 1_000_000_000;

/** Whether a status is worth another try. 429 is not asked here: it is no fault of the request and costs no retry. */
export function isRetryableStatus(status: number): boolean {
  return RETRYABLE.has(status) || status >= 500;
}

/**
 * How long to wait before the next try, in milliseconds: exponential with full jitter, so that requests that
 * failed together do not come back together. Without luck: 0.1 s, 0.3 s, 0.9 s, 2.7 s, 8 s, 8 s ...
 *
 * @param retry - 1 before the first retry.
 * @param random - From 0 to below 1.
 */
export function backoff(retry: number, random: number): number {
  return random * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * GROWTH ** (retry - 1));
}

/**
 * How long the server asks us to wait, in milliseconds; `undefined` if it does not say.
 *
 * `x-ratelimit-reset` (seconds) is the header that Together documents for a 429 (rate limit page, 2026). The
 * other two come from gateways before it.
 */
export function retryAfterMs(headers: Headers, nowMs: number): number | undefined {
  return (
    seconds(headers.get("x-ratelimit-reset"), nowMs) ??
    scaled(headers.get("retry-after-ms"), 1) ??
    seconds(headers.get("retry-after"), nowMs) ??
    untilDate(headers.get("retry-after"), nowMs)
  );
}

function scaled(value: string | null, factor: number): number | undefined {
  if (value === null || value.trim() === "") return undefined;
  const number = Number(value);
  return Number.isFinite(number) && number >= 0 ? number * factor : undefined;
}

function seconds(value: string | null, nowMs: number): number | undefined {
  const wait = scaled(value, 1000);
  if (wait === undefined || wait < EPOCH_SECONDS * 1000) return wait;
  return Math.max(0, wait - nowMs);
}

function untilDate(value: string | null, nowMs: number): number | undefined {
  const date = value === null ? Number.NaN : Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}
