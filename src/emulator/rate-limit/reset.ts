/**
 * The reset in a 429. In seconds: rounded up as Together does (`"rounded"`), `"exact"`, a constant, or the result of a
 * function of the exact seconds. As a time of the server's clock, rounded up: an HTTP `"date"`, seconds since 1970
 * (`"epoch"`), or milliseconds since 1970 (`"epoch-ms"`). `"none"` sends no reset.
 */
export type ResetFormat =
  "rounded" | "exact" | "none" | "date" | "epoch" | "epoch-ms" | number | ((waitSeconds: number) => number);

/** Header of a 429 with the time to wait: `"x-ratelimit-reset"`, `"retry-after"` or `"retry-after-ms"`. */
export type ResetHeader = "x-ratelimit-reset" | "retry-after" | "retry-after-ms";

/**
 * Returns the value of the header, or undefined for none.
 *
 * @param serverTime - The server's clock, in milliseconds since 1970.
 */
export function resetValue(
  format: ResetFormat,
  waitSeconds: number,
  header: ResetHeader,
  serverTime: number,
): string | undefined {
  const resetAt = serverTime + waitSeconds * 1000;
  if (format === "none") return undefined;
  if (format === "date") return new Date(Math.ceil(resetAt / 1000) * 1000).toUTCString();
  if (format === "epoch") return String(Math.ceil(resetAt / 1000));
  if (format === "epoch-ms") return String(Math.ceil(resetAt));
  const value = secondsIn(format, waitSeconds) * (header === "retry-after-ms" ? 1000 : 1);
  return String(Math.ceil(value * 1000) / 1000);
}

function secondsIn(format: ResetFormat, waitSeconds: number): number {
  if (typeof format === "number") return format;
  if (typeof format === "function") return format(waitSeconds);
  return format === "rounded" ? Math.ceil(waitSeconds) : waitSeconds;
}
