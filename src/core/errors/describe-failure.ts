/** What a failed request means for whoever asked: a code, a sentence, and what to do. Pure. */

import { cannot, type TogetherError, type TogetherErrorCode } from "./together-error.js";
import { embeddingModel, rerankModel } from "../models.js";
import { quoteServerMessage } from "./redact.js";
import type { Failure } from "./failure.js";

/** What was being tried, for the message. */
export interface FailureContext {
  readonly task: string;
  readonly attempts: number;
  readonly model: string;
  readonly baseURL: string;
  readonly timeout: number;
}

type Status = Extract<Failure, { kind: "status" }>;

/** Where the models of a user's own are reached (Together's dedicated inference documentation, 2026-08). */
const DEDICATED = "https://api-inference.together.ai/v1";

/** Codes of Together's for a model that is not there to answer. */
const MODEL_GONE = /model_not_available|model_not_found|dedicated_endpoint_not_running|non-serverless model/;

/** Servers' words for too many texts; text-embeddings-inference says "batch size 33 > maximum allowed batch size 32". */
const COUNTED =
  /batch size|too many (inputs|texts|items|documents)|(number|amount) of (inputs|texts|items|documents)|\d (inputs|texts|items|documents)\b/i;

const CODES = {
  connection: "connection_failed",
  timeout: "timeout",
  redirect: "redirected",
  invalid: "invalid_response",
} as const;

/** The code of a failure. */
export function failureCode(failure: Failure): TogetherErrorCode {
  return failure.kind === "status" ? statusCode(failure) : CODES[failure.kind];
}

function statusCode({ status, body }: Status): TogetherErrorCode {
  if (MODEL_GONE.test(body.code) || MODEL_GONE.test(body.message)) return "model_unavailable";
  if (status === 401) return "unauthorized";
  if (status === 402) return "payment_required";
  if (status === 404) return "not_found";
  if (status === 429) return "rate_limited";
  return status >= 500 || status === 408 || status === 409 || status === 425 ? "server_error" : "bad_request";
}

/**
 * Whether the server refused a request for being too much, so that half of it may pass: `"size"` if it counts tokens
 * or bytes, `"count"` if it counts texts. A 400 that names neither is never taken for one: a dead model is a 400 too.
 *
 * 403 is among them because Together documents it for an input beyond the context length (support article on error
 * codes, 2025-11).
 */
export function tooLargeBy(failure: Failure): "size" | "count" | undefined {
  if (failure.kind !== "status" || failureCode(failure) === "model_unavailable") return undefined;
  const { message } = failure.body;
  if (![400, 403, 413, 422].includes(failure.status)) return undefined;
  if (COUNTED.test(message)) return "count";
  if (failure.status === 413) return "size";
  const measured = /\b(tokens?|length|too (long|large)|size)\b/i.test(message);
  const exceeded = /exceed|maximum|at most|too|longer|larger|less than|limit|context/i.test(message);
  return measured && exceeded ? "size" : undefined;
}

/** Whether the server refused base64 as such. */
export function isEncodingRejected(failure: Failure): boolean {
  return (
    failure.kind === "status" &&
    (failure.status === 400 || failure.status === 422) &&
    /encoding[_ ]?format|base64/i.test(failure.body.message)
  );
}

/**
 * The error that ends it.
 *
 * @param secrets - The key and what was sent: what the server says is quoted only if it holds none of them.
 */
export function describeFailure(
  failure: Failure,
  about: FailureContext,
  secrets: readonly string[],
): TogetherError {
  const code = failureCode(failure);
  const { problem, remedy } = explain(failure, code, about);
  const said = failure.kind === "status" ? quoteServerMessage(failure.body, secrets) : "";
  return cannot(code, about.task, problem + said, remedy, {
    status: failure.kind === "status" ? failure.status : undefined,
    requestId: failure.kind === "status" || failure.kind === "invalid" ? failure.requestId : undefined,
    attempts: about.attempts,
  });
}

interface Explanation {
  readonly problem: string;
  readonly remedy: string;
}

function explain(failure: Failure, code: TogetherErrorCode, about: FailureContext): Explanation {
  const tried = about.attempts > 1 ? ` after ${about.attempts} attempts` : "";
  if (failure.kind === "status") return explainStatus(failure, code, about, tried);
  if (failure.kind === "connection") {
    return {
      problem: `the connection failed${tried} (${failure.detail})`,
      remedy: `check that ${about.baseURL} can be reached from here`,
    };
  }
  if (failure.kind === "timeout") {
    return {
      problem: `no whole answer came within ${about.timeout} ms${tried}`,
      remedy: "raise `timeout` or lower `batchSize`",
    };
  }
  if (failure.kind === "redirect") {
    return {
      problem: `${about.baseURL} redirects elsewhere, and texts and key go only to \`baseURL\``,
      remedy: "set `baseURL` to the final address if you trust it",
    };
  }
  return { problem: failure.problem, remedy: `check that \`baseURL\` (${about.baseURL}) is Together's API` };
}

function explainStatus(
  failure: Status,
  code: TogetherErrorCode,
  about: FailureContext,
  tried: string,
): Explanation {
  const answered = `Together answered ${failure.status}${tried}`;
  const wait = failure.waitMs === undefined ? "" : ` and asks for a wait of ${seconds(failure.waitMs)}`;
  const known: Partial<Record<TogetherErrorCode, Explanation>> = {
    unauthorized: {
      problem: `${answered}: it does not know this API key`,
      remedy: "check `apiKey` or TOGETHER_API_KEY",
    },
    payment_required: {
      problem: `${answered}: the account's credit or spending limit is used up`,
      remedy: "add credit or raise the limit in Together's billing settings",
    },
    model_unavailable: {
      problem: `the model is not served at ${about.baseURL}${retirement(about.model)}`,
      remedy: dedicated,
    },
    not_found: {
      problem: `${answered}: nothing is at ${about.baseURL}, or it has no such model`,
      remedy: "check `baseURL`, which usually ends in /v1, and `model`",
    },
    rate_limited: {
      problem: `${answered}${wait}`,
      remedy: "try again later, share the load over fewer processes, or ask Together for a higher limit",
    },
    server_error: { problem: answered, remedy: "try again later; a cache keeps what was finished" },
  };
  return (
    known[code] ?? {
      problem: answered,
      remedy: "change what it complains of; repeating the request cannot help",
    }
  );
}

const dedicated = `run it on a dedicated endpoint, then set \`model\` to "<project>/<endpoint>" and \`baseURL\` to "${DEDICATED}"`;

function retirement(model: string): string {
  const retired = embeddingModel(model)?.retired ?? rerankModel(model)?.retired;
  return retired ? ` (it left the serverless offer on ${retired})` : "";
}

function seconds(ms: number): string {
  return `${Math.ceil(ms / 1000)} s`;
}
