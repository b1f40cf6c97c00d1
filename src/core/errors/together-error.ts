/**
 * Everything this package throws on purpose.
 *
 * Two things never stand in an error: the API key and the user's texts. That is why an error carries no `cause`
 * of foreign origin (an SDK's or a proxy's error may quote the request); what was useful in it is in the message.
 */

/**
 * What went wrong, for a `switch`. The list is closed: a new code is a breaking change.
 *
 * | code | when |
 * | --- | --- |
 * | `invalid_option` | an option is missing, of a wrong type, out of range or unknown |
 * | `missing_api_key` | neither `apiKey` nor `client` nor an environment variable has a key |
 * | `invalid_input` | a text or query that cannot be sent: not a string, or blank |
 * | `text_too_long` | a text beyond the model's input limit, found before sending or by the server |
 * | `unauthorized` | 401: the key is wrong or expired |
 * | `payment_required` | 402: credit or spending limit used up |
 * | `model_unavailable` | the model is not served at this address |
 * | `not_found` | 404: nothing answers at this address |
 * | `bad_request` | any other refusal that repeating cannot change (400, 403, 413, 422 ...) |
 * | `rate_limited` | 429 for longer than patience lasts |
 * | `server_error` | 5xx, 408, 409 or 425, after all retries |
 * | `connection_failed` | no connection, or a connection lost, after all retries |
 * | `timeout` | no whole answer within `timeout`, after all retries |
 * | `redirected` | the server sent us elsewhere; texts and key go only to `baseURL` |
 * | `invalid_response` | an answer, but not to our question |
 */
export type TogetherErrorCode =
  | "invalid_option"
  | "missing_api_key"
  | "invalid_input"
  | "text_too_long"
  | "unauthorized"
  | "payment_required"
  | "model_unavailable"
  | "not_found"
  | "bad_request"
  | "rate_limited"
  | "server_error"
  | "connection_failed"
  | "timeout"
  | "redirected"
  | "invalid_response";

/** The numbers that belong to an error, where they apply. */
export interface TogetherErrorDetails {
  /** HTTP status of the last answer. */
  readonly status?: number | undefined;
  /** Together's id of the last request, for a support ticket. */
  readonly requestId?: string | undefined;
  /** How many requests were sent for this piece of work, the first included; 0 if others had been refused for so long. */
  readonly attempts?: number | undefined;
  /** Index, in the caller's list, of the one text or document at fault. */
  readonly index?: number | undefined;
}

const brand = Symbol.for("together-retrieval.error");

/** Where every code is explained. The page is part of the package, so that it fits the version at hand. */
const PAGE = "together-retrieval/docs/errors.md";

/**
 * The one error class. Branch on {@link TogetherError.code | code}; the message is for people:
 * *Cannot (what you asked): (what is the case); (what to do) (see (the code's place in docs/errors.md))*.
 *
 * The ESM and the CommonJS build each have their own class, so `instanceof` can fail between them:
 * {@link isTogetherError} does not.
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
  /** What went wrong, for a `switch`. */
  readonly code: TogetherErrorCode;
  declare readonly status?: number;
  declare readonly requestId?: string;
  declare readonly attempts?: number;
  declare readonly index?: number;

  /**
   * @param message - The sentence, without the page that explains its code: that is added.
   * @param details - Numbers that apply; the others are no properties of the error.
   */
  constructor(code: TogetherErrorCode, message: string, details: TogetherErrorDetails = {}) {
    super(`${message} (see ${PAGE}#${code})`);
    this.code = code;
    for (const [name, value] of Object.entries(details)) {
      if (value !== undefined) Object.defineProperty(this, name, { value, enumerable: true });
    }
    Object.defineProperty(this, brand, { value: true });
  }
}

/** Whether something caught is a {@link TogetherError}, of whichever copy of this package. */
export function isTogetherError(error: unknown): error is TogetherError {
  return typeof error === "object" && error !== null && brand in error;
}

/** Builds the message, so that every error follows the one grammar. */
export function cannot(
  code: TogetherErrorCode,
  task: string,
  problem: string,
  remedy: string,
  details?: TogetherErrorDetails,
): TogetherError {
  return new TogetherError(code, `Cannot ${task}: ${problem}; ${remedy}`, details);
}

/** `3, 17 and 40`, or the first ten and how many there are: a list of a thousand helps nobody. */
export function listIndexes(indexes: readonly number[]): string {
  if (indexes.length === 1) return String(indexes[0]);
  if (indexes.length > 10) return `${indexes.slice(0, 10).join(", ")} ... (${indexes.length} in all)`;
  return `${indexes.slice(0, -1).join(", ")} and ${indexes.at(-1)}`;
}

/** `1 text`, `5 texts`. */
export function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? "" : "s"}`;
}
