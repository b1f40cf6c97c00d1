/** Reads errors from unusual places: bodies that are not JSON, and successful responses. Pure. */

import type { ErrorBody, StatusFailure } from "../errors/failure.js";
import { field, readErrorBody } from "./wire.js";

/** The fields of a body without words. */
export const NO_WORDS: ErrorBody = { message: "", type: "", code: "" };

/**
 * Reads the body of an error response that is not JSON: plain text, or JSON that was truncated because it repeats the
 * request. Returns nothing for a web page.
 */
export function readErrorText(text: string): ErrorBody {
  if (/^\s*</.test(text)) return NO_WORDS;
  if (!/^\s*[[{]/.test(text)) return { ...NO_WORDS, message: text };
  const value = (names: string): string =>
    new RegExp(`"(?:${names})"\\s*:\\s*"([^"\\\\]*(?:\\\\.[^"\\\\]*)*)`).exec(text)?.[1] ?? "";
  return { message: value("message|error|detail|msg"), type: value("type"), code: value("code") };
}

/** Names of the fields that hold a status or an error code, in an error object or beside it. */
const CODE_FIELDS = ["code", "status", "status_code", "statusCode", "error_code"];

/** The meaning of an error object's words, as the status of an error response. The first match applies. */
const MEANINGS: readonly (readonly [words: RegExp, status: number])[] = [
  [/rate.?limit|_limited|too.many.requests|resource.exhausted|throttl/i, 429],
  [/permission|forbidden|access.?denied/i, 403],
  [/unauth|authenti|api.?key/i, 401],
  [/insufficient|billing|credit|balance|quota|payment/i, 402],
  [/overload|unavailable|capacity|try.again|loading|starting/i, 503],
  [/internal|server|time.?d?.?out|upstream|provider/i, 500],
  [
    /invalid|bad.?request|validation|unsupported|not.(found|available|running|supported|allowed)|must|require|exceed|too.(long|large|many)|max|missing|unknown|unrecognized|expected/i,
    400,
  ],
];

/**
 * Reads the error object in the body of a successful response, which some gateways and servers send. The failure has
 * the status that the object states or means, so it is handled like a response of that status; 500 if it states none.
 *
 * @returns `undefined` if the body holds no error object.
 */
export function errorInBody(body: unknown, requestId: string | undefined): StatusFailure | undefined {
  const found: unknown = Array.isArray(body) ? body[0] : body;
  const error = field(found, "error");
  const words = readErrorBody(found);
  const codes = [error, found].flatMap((holder) => CODE_FIELDS.map((name) => field(holder, name)));
  const isError =
    (typeof error === "object" && error !== null) ||
    (words.message !== "" && (error === words.message || codes.some((code) => code !== undefined)));
  if (!isError) return undefined;
  return {
    kind: "status",
    status: codes.map(Number).find(isErrorStatus) ?? meaning(words, codes) ?? 500,
    httpStatus: 200,
    body: words,
    waitMs: undefined,
    requestId,
  };
}

function isErrorStatus(code: number): boolean {
  return Number.isInteger(code) && code >= 400 && code <= 599;
}

/** The meaning of an error object: by its code, then its type, then its message. */
function meaning({ type, message }: ErrorBody, codes: readonly unknown[]): number | undefined {
  return [...codes, type, message]
    .filter((words) => typeof words === "string")
    .map((words) => MEANINGS.find(([fits]) => fits.test(words))?.[1])
    .find((status) => status !== undefined);
}
