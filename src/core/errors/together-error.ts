/**
 * The error class of this package.
 *
 * An error never contains the API key or a text of the user. The constructor hides keys and removes invisible
 * characters, as the last of all functions that build a message. An error has no `cause` from the SDK or `fetch`, whose
 * errors may quote the request. The message contains the useful part of such a cause.
 */

import { hideKey, printable } from "./redact.js";

/**
 * Identifies the problem, for a `switch`. The list is closed: a new code is a breaking change.
 *
 * | code | condition |
 * | --- | --- |
 * | `invalid_option` | an option is missing, unknown, of the wrong type or out of range; `dimensions` is not the model's; `fetch` does not work |
 * | `missing_api_key` | neither `apiKey`, `client` nor an environment variable provides a key |
 * | `invalid_input` | a text, query or document that is blank or not a string |
 * | `text_too_long` | a text beyond the model's input limit, found before sending or by the server |
 * | `unauthorized` | 401: the key is wrong or expired |
 * | `payment_required` | 402: the credit or spending limit is used up |
 * | `permission_denied` | 403: the key lacks a permission, or its spending limit is used up |
 * | `model_unavailable` | the model is not served at this address |
 * | `not_found` | 404: there is no API at this address, or it has no such model |
 * | `bad_request` | any other rejected request that a retry cannot change (400, 413, 422, ...) |
 * | `rate_limited` | 429 until the retry deadline |
 * | `server_error` | 5xx, 408, 409 or 425, after all retries |
 * | `connection_failed` | no connection or a lost connection, after all retries; or a certificate that is not trusted |
 * | `timeout` | no complete response within `timeout`, after all retries |
 * | `redirected` | the server redirects; texts and key are sent only to `baseURL` |
 * | `invalid_response` | a successful response that does not fit the request |
 */
export type TogetherErrorCode =
  | "invalid_option"
  | "missing_api_key"
  | "invalid_input"
  | "text_too_long"
  | "unauthorized"
  | "payment_required"
  | "permission_denied"
  | "model_unavailable"
  | "not_found"
  | "bad_request"
  | "rate_limited"
  | "server_error"
  | "connection_failed"
  | "timeout"
  | "redirected"
  | "invalid_response";

/** Details of an error. Details that do not apply are missing. */
export interface TogetherErrorDetails {
  /** HTTP status of the last response. */
  readonly status?: number | undefined;
  /** Together's id of the last request, for a support ticket; missing if it has no known form. */
  readonly requestId?: string | undefined;
  /** Requests that were sent, including the first one; 0 if the retry deadline ended before the first one was sent. */
  readonly attempts?: number | undefined;
  /** Index of the text or document at fault in your list, if it is a single one. */
  readonly index?: number | undefined;
}

const brand = Symbol.for("together-retrieval.error");

/**
 * Describes every code. A path in the package and no URL, so that the page fits the installed version, needs no network,
 * and stays where it is when the repository moves.
 */
const PAGE = "together-retrieval/docs/reference/errors.md";

/**
 * The error that every method of this package throws. Branch on {@link TogetherError.code | code}. The message is for
 * people: `Cannot <action>: <problem>; <fix> (see <page>#<code>)`.
 *
 * Use {@link isTogetherError} instead of `instanceof`: the ESM and the CommonJS build have different classes.
 *
 * @example
 * ```ts
 * import { Embedder, isTogetherError } from "together-retrieval";
 *
 * const embedder = new Embedder({ model: "BAAI/bge-large-en-v1.5", apiKey: "your-key" });
 * try {
 *   await embedder.embed(["A text", ""]);
 * } catch (error) {
 *   if (!isTogetherError(error)) throw error;
 *   console.log(error.code); // "invalid_input"
 * }
 * ```
 */
export class TogetherError extends Error implements TogetherErrorDetails {
  // A literal, because minifiers rename classes.
  override readonly name = "TogetherError";
  /** Identifies the problem, for a `switch`. */
  readonly code: TogetherErrorCode;
  declare readonly status?: number;
  declare readonly requestId?: string;
  declare readonly attempts?: number;
  declare readonly index?: number;

  /**
   * @param message - The sentence. The reference to the page is added. The constructor hides API keys and removes
   * invisible characters.
   * @param details - Only those that apply become properties.
   */
  constructor(code: TogetherErrorCode, message: string, details: TogetherErrorDetails = {}) {
    super(`${hideKey(printable(message))} (see ${PAGE}#${code})`);
    this.code = code;
    for (const [name, value] of Object.entries(details)) {
      if (value !== undefined) Object.defineProperty(this, name, { value, enumerable: true });
    }
    Object.defineProperty(this, brand, { value: true });
  }
}

/** Determines whether a caught value is a {@link TogetherError} of any copy of this package. */
export function isTogetherError(error: unknown): error is TogetherError {
  return typeof error === "object" && error !== null && brand in error;
}

/** Creates an error whose message follows the common grammar: `Cannot <task>: <problem>; <fix>`. */
export function cannot(
  code: TogetherErrorCode,
  task: string,
  problem: string,
  fix: string,
  details?: TogetherErrorDetails,
): TogetherError {
  return new TogetherError(code, `Cannot ${task}: ${problem}; ${fix}`, details);
}

/** Formats indexes: `3, 17 and 40`, or the first ten and their total number. */
export function listIndexes(indexes: readonly number[]): string {
  if (indexes.length === 1) return String(indexes[0]);
  if (indexes.length > 10) return `${indexes.slice(0, 10).join(", ")} ... (${indexes.length} in all)`;
  return `${indexes.slice(0, -1).join(", ")} and ${indexes.at(-1)}`;
}

/** Formats an amount: `1 text`, `5 texts`. */
export function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? "" : "s"}`;
}
