/** Describes a failed request to the caller: an error code, the problem, and the fix. Pure. */

import { cannot, type TogetherError, type TogetherErrorCode } from "./together-error.js";
import { embeddingModel, rerankModel } from "../models.js";
import { quoteServerMessage } from "./redact.js";
import type { Failure, StatusFailure } from "./failure.js";

/** Facts about the request, for the message. */
export interface FailureContext {
  /** What the caller asked for; completes the sentence "Cannot ...". */
  readonly task: string;
  /** Requests that were sent, including the first one. */
  readonly attempts: number;
  readonly model: string;
  readonly baseURL: string;
  /** Timeout of one request, in milliseconds. */
  readonly timeout: number;
}

/** Base URL of dedicated endpoints (Together's dedicated inference documentation, 2026-08). */
const DEDICATED_BASE_URL = "https://api-inference.together.ai/v1";

/** Together's codes and messages for a model that is not served or not running. */
const MODEL_UNAVAILABLE =
  /model_not_available|model_not_found|dedicated_endpoint_not_running|non-serverless model/;

/** Messages for too many texts. text-embeddings-inference sends "batch size 33 > maximum allowed batch size 32". */
const TOO_MANY_ITEMS =
  /batch size|too many (inputs|texts|items|documents)|(number|amount) of (inputs|texts|items|documents)|\d (inputs|texts|items|documents)\b/i;

/** Messages of a 413 that name a size in tokens or bytes. Its default message, "Payload Too Large", names neither. */
const SIZE = /\b(tokens?|length|too long|size|bytes?|characters?)\b|\d ?[kmg]i?b\b/i;

/** Messages of other statuses that name a size, and that it is exceeded. */
const LENGTH = /\b(tokens?|length|too (long|large)|size)\b/i;
const EXCEEDED = /exceed|maximum|at most|too|longer|larger|less than|limit|context/i;

const CODES = {
  connection: "connection_failed",
  certificate: "connection_failed",
  fetch: "invalid_option",
  timeout: "timeout",
  redirect: "redirected",
  invalid: "invalid_response",
} as const;

/** Returns the error code of a failure. */
export function failureCode(failure: Failure): TogetherErrorCode {
  return failure.kind === "status" ? statusCode(failure) : CODES[failure.kind];
}

function statusCode({ status, body }: StatusFailure): TogetherErrorCode {
  if (MODEL_UNAVAILABLE.test(body.code) || MODEL_UNAVAILABLE.test(body.message)) return "model_unavailable";
  if (status === 401) return "unauthorized";
  if (status === 402) return "payment_required";
  if (status === 404) return "not_found";
  if (status === 429) return "rate_limited";
  return status >= 500 || status === 408 || status === 409 || status === 425 ? "server_error" : "bad_request";
}

/** What a rejected request had too much of: texts, their tokens or bytes, or one of both. */
export type TooLargeBy = "count" | "size" | "unknown";

/**
 * Determines why the server rejected a request as too large, so that half of it may be accepted: `"count"` for too
 * many texts, `"size"` for too many tokens or bytes, `"unknown"` for a 413 whose message names neither. Returns
 * `undefined` for other failures, such as a 400 whose message names neither: a model that is not served is a 400 too.
 *
 * 403 is included because Together documents it for a text beyond the context length (support article on error
 * codes, 2025-11).
 */
export function tooLargeBy(failure: Failure): TooLargeBy | undefined {
  if (failure.kind !== "status" || failureCode(failure) === "model_unavailable") return undefined;
  const { status, body } = failure;
  if (![400, 403, 413, 422].includes(status)) return undefined;
  if (TOO_MANY_ITEMS.test(body.message)) return "count";
  if (status === 413) return SIZE.test(body.message) ? "size" : "unknown";
  return LENGTH.test(body.message) && EXCEEDED.test(body.message) ? "size" : undefined;
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
 * Creates the error that the caller receives.
 *
 * @param secrets - The key and the texts that were sent. The server's message is quoted only if it contains none.
 */
export function describeFailure(
  failure: Failure,
  context: FailureContext,
  secrets: readonly string[],
): TogetherError {
  const code = failureCode(failure);
  const { status, requestId, body }: Facts = failure;
  const [problem, fix] = explain(failure, code, context);
  const { task, attempts } = context;
  const quoted = body ? quoteServerMessage(body, secrets) : "";
  return cannot(code, task, problem + quoted, fix, { status, requestId, attempts });
}

/** What is known about a failure; each kind has some of it. */
interface Facts extends Partial<Omit<StatusFailure, "kind">> {
  readonly kind: Failure["kind"];
  readonly detail?: string;
  readonly problem?: string;
  readonly fix?: string;
}

type Explanation = readonly [problem: string, fix: string];

function explain(
  failure: Failure,
  code: TogetherErrorCode,
  { attempts, baseURL, model, timeout }: FailureContext,
): Explanation {
  const { kind, status, waitMs, detail, problem = "", fix = "" }: Facts = failure;
  const after = attempts > 1 ? ` after ${attempts} attempts` : "";
  const responded = `Together responded with ${status}${after}`;
  const known: Partial<Record<TogetherErrorCode, Explanation>> = {
    connection_failed:
      kind === "certificate"
        ? [
            `the certificate of ${baseURL} is not trusted (${detail})`,
            "renew it, or make its certificate authority known: in Node, set NODE_EXTRA_CA_CERTS",
          ]
        : [`the connection failed${after} (${detail})`, `check that ${baseURL} can be reached from here`],
    invalid_option: [problem, fix],
    timeout: [`no complete response within ${timeout} ms${after}`, "raise `timeout` or lower `batchSize`"],
    redirected: [
      `${baseURL} redirects to another address, but texts and key are sent only to \`baseURL\``,
      "set `baseURL` to the final address if you trust it",
    ],
    invalid_response: [problem, `check that \`baseURL\` (${baseURL}) is Together's API`],
    unauthorized: [`${responded}: the API key is unknown`, "check `apiKey` or TOGETHER_API_KEY"],
    payment_required: [
      `${responded}: the account's credit or spending limit is used up`,
      "add credit or raise the limit in Together's billing settings",
    ],
    model_unavailable: [
      `the model is not served at ${baseURL}${retirement(model)}`,
      `run it on a dedicated endpoint, then set \`model\` to "<project>/<endpoint>" and \`baseURL\` to "${DEDICATED_BASE_URL}"`,
    ],
    not_found: [
      `${responded}: ${baseURL} is not the API's address, or it has no such model`,
      "check `baseURL`, which usually ends in /v1, and `model`",
    ],
    rate_limited: [
      `${responded}${requestedDelay(waitMs)}`,
      "retry later, use fewer processes, or ask Together for a higher limit",
    ],
    server_error: [responded, "retry later; a cache keeps the finished vectors"],
  };
  return known[code] ?? [responded, "change what the server rejects; a retry cannot help"];
}

function retirement(model: string): string {
  const retired = embeddingModel(model)?.retired ?? rerankModel(model)?.retired;
  return retired ? ` (no longer served serverless since ${retired})` : "";
}

function requestedDelay(waitMs: number | undefined): string {
  return waitMs === undefined ? "" : ` and asks for a delay of ${Math.ceil(waitMs / 1000)} s`;
}
