/**
 * Reads the strings that a server sends: request ids, codes, messages. Each of these strings may repeat the key or a
 * text. Errors, events and logs contain only strings that this file and `server-reasons.ts` accept. Pure.
 */

/** The secrets of a request: the key and its texts. */
export type SentStrings = readonly string[];

/** A UUID, or its 32 digits: vLLM, OpenAI, Envoy, nginx and AWS send these, some after a word (tried 2026-11). */
const UUID = /^(?:(?:req|embd|rerank|score)[-_])?(?:[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}|[\da-f]{32})$/i;

/** Together's own id, such as `oGs6Zt9-62bZhn-99529372487b1b0a-SJC`, as public issues and recorded responses show it. */
const TOGETHER_ID = /^[\da-z]{7}-[\da-z]{5,6}-[\da-f]{16}(?:-[A-Z]{3})?$/i;

/** The id of Cloudflare, which is in front of Together: `230b030023ae2822-SJC` (its documentation of `cf-ray`, 2026). */
const CF_RAY = /^[\da-f]{16}-[A-Z]{3}$/;

/**
 * Returns the first value that has the form of a request id. An id of another form is left out: it may be a text.
 *
 * @param candidates - Values of headers and fields, the best one first.
 */
export function requestIdOf(...candidates: unknown[]): string | undefined {
  return candidates.find(isRequestId);
}

function isRequestId(value: unknown): value is string {
  return typeof value === "string" && [UUID, TOGETHER_ID, CF_RAY].some((form) => form.test(value));
}

/** Returns a request id, unless it contains a part of the key or of a text that was sent. */
export function unlessSent(requestId: string | undefined, sent: SentStrings): string | undefined {
  if (requestId === undefined) return undefined;
  // A UUID is also written without its hyphens, so both ends of the digits are compared. A region may follow them.
  const digits = requestId.replaceAll(/-(?:[A-Z]{3}$)?/gi, "").replace(/.*?(?=[\da-f]{16,32}$)/i, "");
  const isDisguised = isTextInHex(digits) || repeats([digits.slice(0, 8), digits.slice(-12)], sent);
  return isDisguised ? undefined : requestId;
}

/** Whether hexadecimal digits are readable text. Of 16 random bytes, one in a million is; of eight, one in a thousand. */
function isTextInHex(digits: string): boolean {
  return !/[\p{Cc}\uFFFD]/u.test(fromHex(digits));
}

function fromHex(digits: string): string {
  const bytes = Uint8Array.from(digits.matchAll(/../g), ([byte]) => Number.parseInt(byte, 16));
  return new TextDecoder().decode(bytes);
}

/** Whether the request contains one of the parts, which are letters and digits: in any case, forwards or backwards. */
export function repeats(parts: readonly string[], sent: SentStrings): boolean {
  return contains(sent, new RegExp(bothWays(parts), "i"));
}

/** Whether the request contains a number, not only as a part of a longer one, or contains its digits in hex. */
export function repeatsNumber(digits: string, sent: SentStrings): boolean {
  const inHex = fromHex(digits);
  return (
    contains(sent, new RegExp(String.raw`(?<!\d)(?:${bothWays([digits])})(?!\d)`)) ||
    (digits.length % 2 === 0 && sent.some((text) => text.includes(inHex)))
  );
}

/** Whether a pattern matches a part of the request, written in plain letters and digits. */
export function contains(sent: SentStrings, pattern: RegExp): boolean {
  return sent.some((text) => pattern.test(plain(text)));
}

/** Makes full-width characters plain, and removes accents and zero-width characters. */
function plain(text: string): string {
  return /^[ -~]*$/.test(text) ? text : text.normalize("NFKD").replaceAll(/[\p{M}\p{Cf}]/gu, "");
}

function bothWays(parts: readonly string[]): string {
  return parts.flatMap((part) => [part, Array.from(part).toReversed().join("")]).join("|");
}

/** Codes and types with a known meaning: Together's, OpenAI's and vLLM's (their documentation, 2026-11). */
const CODES: ReadonlySet<unknown> = new Set([
  "model_not_available",
  "model_not_found",
  "dedicated_endpoint_not_running",
  "invalid_api_key",
  "context_length_exceeded",
  "insufficient_quota",
  "credit_limit",
  "rate_limit_exceeded",
  "string_above_max_length",
  "unsupported_parameter",
  "unsupported_value",
  "unknown_parameter",
  "missing_required_parameter",
  "invalid_request_error",
  "authentication_error",
  "permission_error",
  "rate_limit_error",
  "server_error",
  "dynamic_request_limited",
  "dynamic_token_limited",
  "tokens",
  "requests",
  "routing_error",
  "BadRequestError",
]);

/** Returns a code of a server if it is known. Any other code may be a text, so it becomes an empty string. */
export function knownCode(code: unknown): string {
  return CODES.has(code) ? String(code) : "";
}

/** Codes of Node, undici, Deno and Bun for a connection that failed. A custom `fetch` may put anything there. */
const SYSTEM_CODE =
  /^(?:E(?:AI_)?[A-Z]{2,14}|(?:UND_)?ERR_[A-Z\d_]{2,40}|(?:CERT|CRL|UNABLE_TO|SELF_SIGNED|DEPTH_ZERO)_[A-Z_]{2,40}|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED)$/;

/** Determines whether a value is a code of the system for a connection that failed. */
export function isSystemCode(value: unknown): value is string {
  return typeof value === "string" && SYSTEM_CODE.test(value);
}

/** Together's keys: `tgp_v1_...`, and the older ones of 64 hexadecimal digits. */
const KEY = /tgp_v1_[\w-]*|\b[\da-f]{64,}\b/gi;

const HIDDEN_KEY = "<API key>";

/** A shorter key is found only as a whole word: `test` is a part of many words. */
const MIN_KEY_LENGTH = 16;

/** Determines whether a value of another option is, or contains, an API key. @param key - The configured one. */
export function containsKey(value: string, key: string): boolean {
  return hideKey(value, key) !== value || value.split("/").includes(key);
}

/** Hides strings that look like Together's keys, and the configured key. */
export function hideKey(message: string, key?: string): string {
  const hidden = message.replaceAll(KEY, HIDDEN_KEY);
  if (!key) return hidden;
  if (key.length >= MIN_KEY_LENGTH) return hidden.replaceAll(key, HIDDEN_KEY);
  return hidden.replaceAll(`\`${key}\``, `\`${HIDDEN_KEY}\``);
}

/** Removes characters that control a terminal or are invisible: controls, bidi overrides, zero-width characters. */
export function printable(message: string): string {
  return message
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .replaceAll(/[\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu, "");
}
