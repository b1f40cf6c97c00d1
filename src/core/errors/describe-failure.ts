/** Describes a failed request to the caller: an error code, the problem, and the fix. Pure. */

import { cannot, type TogetherError, type TogetherErrorCode } from "./together-error.js";
import { embeddingModel, rerankModel } from "../models.js";
import { nearestModel } from "../options/nearest-model.js";
import type { SentStrings } from "./redact.js";
import { describeDelay, describeReason } from "./server-reasons.js";
import type { Failure, StatusFailure } from "./failure.js";
import { isModelUnavailable, tooLargeBy } from "./rejection.js";

/** Facts about the request, for the message. */
export interface FailureContext {
  /** The requested action; completes the sentence "Cannot ...". */
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

const CODES = {
  connection: "connection_failed",
  certificate: "connection_failed",
  timeout: "timeout",
  redirect: "redirected",
  option: "invalid_option",
  invalid: "invalid_response",
} as const;

/** Returns the error code of a failure. */
export function failureCode(failure: Failure): TogetherErrorCode {
  return failure.kind === "status" ? statusCode(failure) : CODES[failure.kind];
}

function statusCode(failure: StatusFailure): TogetherErrorCode {
  const { status } = failure;
  if (isModelUnavailable(failure)) return "model_unavailable";
  if (status === 401) return "unauthorized";
  if (status === 402) return "payment_required";
  if (status === 404) return "not_found";
  if (status === 429) return "rate_limited";
  if (tooLargeBy(failure)) return "bad_request";
  if (status === 403) return "permission_denied";
  return status >= 500 || status === 408 || status === 409 || status === 425 ? "server_error" : "bad_request";
}

/**
 * Creates the error that the caller receives.
 *
 * @param sent - The key and the texts that were sent.
 */
export function describeFailure(failure: Failure, context: FailureContext, sent: SentStrings): TogetherError {
  const code = failureCode(failure);
  const { status, httpStatus = status, requestId }: Facts = failure;
  const [problem, fix] = explain(failure, code, context, sent);
  const { task, attempts } = context;
  const reason = failure.kind === "status" ? describeReason(failure.status, failure.body, sent) : "";
  return cannot(code, task, problem + reason, fix, { status: httpStatus, requestId, attempts });
}

/** The known facts about a failure; each kind has some of them. */
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
  sent: SentStrings,
): Explanation {
  const { kind, status, httpStatus, waitMs, detail, problem = "", fix = "" }: Facts = failure;
  const after = attempts > 1 ? ` after ${attempts} attempts` : "";
  const responded = `Together responded with ${httpStatus ? `an error in a ${httpStatus}` : status}${after}`;
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
    permission_denied: [
      `${responded}: it denies access`,
      "check the permissions and the spending limit of the API key, and whether the server accepts requests from here",
    ],
    model_unavailable: [
      `the model is not served at ${baseURL}${retirement(model)}`,
      `${suggestion(model)}run it on a dedicated endpoint, then set \`model\` to "<project>/<endpoint>", \`baseModel\` to the id of the model, and \`baseURL\` to "${DEDICATED_BASE_URL}"`,
    ],
    not_found: [
      `${responded}: ${baseURL} is not the API's address, or it has no such model`,
      `${suggestion(model)}check \`baseURL\`, which usually ends in /v1, and \`model\``,
    ],
    rate_limited: [
      `${responded}${describeDelay(waitMs, sent)}`,
      "retry later, use fewer processes, or ask Together for a higher limit",
    ],
    server_error: [responded, "retry later; a cache keeps the finished vectors"],
  };
  return known[code] ?? [responded, "change what the server rejects; a retry cannot help"];
}

/** Model ids are an open list: an unknown id may be a typing slip only if the server rejects it. */
function suggestion(model: string): string {
  const meant = nearestModel(model);
  return meant === undefined ? "" : `did you mean "${meant}"${retirement(meant)}? Otherwise `;
}

function retirement(model: string): string {
  const retired = embeddingModel(model)?.retired ?? rerankModel(model)?.retired;
  return retired ? ` (no longer served serverless since ${retired})` : "";
}
