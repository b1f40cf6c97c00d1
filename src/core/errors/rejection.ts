/**
 * Determines what a server rejected, by the status and the words of its response: the model, the encoding, or the size
 * of the request. The words of real responses, with their sources, are in `test/support/wordings.ts`. Pure.
 */

import type { Failure, StatusFailure } from "./failure.js";

/** The exceeded limit of a rejected request: texts, their tokens or bytes, or one of both. */
export type TooLargeBy = "count" | "size" | "unknown";

/** Together's codes and messages for a model that is not served or not running. */
const MODEL_UNAVAILABLE =
  /model_not_available|model_not_found|dedicated_endpoint_not_running|non-serverless model/;

/** Words of a limit that is not the size of a request: a rate, a key, an account. */
const OTHER_LIMIT =
  /\bper (second|minute|hour|day|month)\b|rate limit|\b(api|access|auth\w*|bearer|invalid) token\b|spending|quota|credit|balance/i;

/** Too many texts. text-embeddings-inference sends "batch size 33 > maximum allowed batch size 32". */
const COUNT =
  /(?<!physical )batch size|too many (inputs|texts|items|documents|instances)|(number|amount) of (inputs|texts|items|documents)|\d (inputs|texts|items|documents|instance|requests can be in)\b|array (too long|above)/i;

/** A size in tokens or bytes, and that it is exceeded. */
const SIZE = /\b(tokens?|length|characters?|bytes?|too (long|large|big)|size)\b|max_?length|context window/i;
const EXCEEDED =
  /exceed|max|at most|\btoo\b|longer|larger|less than|limit|context|range of|must be <|physical batch/i;

/** Units of a 413. Its default message, "Payload Too Large", names none. */
const UNIT = /\b(tokens?|length|too long|size|bytes?|characters?)\b|\d ?[kmg]i?b\b/i;

/** A message with one of these units is about the size, although it may name the batch or the number of texts too. */
const TOKENS = /\btokens\b/i;

/** Words about the input itself. A 403 needs them, because it has other reasons as well. */
const INPUT =
  /context (length|size|window)|input (length|size|tokens?)|batch (size|of)|too many (inputs|texts|items|documents|tokens)|\d (inputs|texts|documents)\b|(text|input|document)s? .{0,80}too (long|large)/i;

/** Words of a 500 that another attempt cannot change. llama.cpp sends them for one text beyond its batch size. */
const TOO_LARGE_TO_PROCESS =
  /too (large|long|big) to process|exceeds the (available )?context (size|length)/i;

/** Whether the server does not serve the model, or its endpoint is not running. */
export function isModelUnavailable({ body }: StatusFailure): boolean {
  return MODEL_UNAVAILABLE.test(body.code) || MODEL_UNAVAILABLE.test(body.message);
}

/** Whether the server rejected the parameter `encoding_format`. */
export function isEncodingRejected(failure: Failure): boolean {
  return (
    failure.kind === "status" &&
    [400, 422].includes(failure.status) &&
    /encoding[_ ]?format|base64/i.test(failure.body.message)
  );
}

/**
 * Determines why the server rejected a request as too large, so that half of it may be accepted. `"count"` means too
 * many texts, `"size"` too many tokens or bytes, `"unknown"` a 413 whose message names neither. Returns `undefined` for
 * other failures.
 *
 * A 403 counts, because Together documents it for a text beyond the context length (support article on error codes,
 * 2025-11). A 500 counts, because llama.cpp responds with it (tools/server, 2026-09).
 */
export function tooLargeBy(failure: Failure): TooLargeBy | undefined {
  if (failure.kind !== "status" || isModelUnavailable(failure)) return undefined;
  const { status, body } = failure;
  const words = `${body.code.replaceAll("_", " ")} ${body.type.replaceAll("_", " ")} ${body.message}`;
  if (status === 500) return TOO_LARGE_TO_PROCESS.test(words) ? "size" : undefined;
  if (![400, 403, 413, 422].includes(status)) return undefined;
  const isOther = status !== 413 && OTHER_LIMIT.test(words);
  if (status === 403 ? isOther || !INPUT.test(words) : isOther && !INPUT.test(words)) return undefined;
  if (COUNT.test(words) && !TOKENS.test(words)) return "count";
  if (status === 413) return UNIT.test(words) ? "size" : "unknown";
  return SIZE.test(words) && EXCEEDED.test(words) ? "size" : undefined;
}

/** Whether a rejection in unknown words may be about the size of the request: a model that is not served is a 400 too. */
export function mayBeTooLarge(failure: Failure): boolean {
  return (
    failure.kind === "status" &&
    [400, 413, 422].includes(failure.status) &&
    !isModelUnavailable(failure) &&
    !isEncodingRejected(failure)
  );
}
