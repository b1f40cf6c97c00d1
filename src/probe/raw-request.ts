/** Sends requests without the checks of the package itself, to observe any response of a server. */

import { limitErrorBody, type GlobalFetch } from "../core/request/limit-error-body.js";
import { readBody } from "../core/request/read-body.js";
import { RequestError } from "../core/request/request-error.js";
import { MAX_BODY_BYTES } from "../core/request/response-limits.js";
import { retryAfterMs } from "../core/request/retry-policy.js";

/** A response as the server sent it, with any status. */
export interface RawResponse {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed JSON, or `undefined` if the body is not JSON. */
  readonly body: unknown;
  /** The reason why a successful response cannot be read: too large, a web page, not JSON. */
  readonly problem?: string | undefined;
}

/** The parts of a request besides its address and its key. */
interface RawRequest {
  /** Sent as JSON with a POST; without it, the request is a GET. */
  readonly body?: object;
  /** A longer response is rejected before it is read into memory. @defaultValue that of vectors */
  readonly maxBytes?: number;
}

const MAX_RETRY_DELAY_MS = 60_000;
const MAX_ATTEMPTS = 4;

/** Timeout of a request with its whole response. */
export const TIMEOUT_MS = 120_000;

/**
 * Sends one request. A redirect is not followed, because it would send the key to another address.
 *
 * @throws {@link ConnectionError} if there is no complete response.
 */
export async function sendRaw(
  fetch: GlobalFetch,
  url: string,
  key: string,
  { body, maxBytes = MAX_BODY_BYTES }: RawRequest = {},
): Promise<RawResponse> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const authorization = `Bearer ${key}`;
    const response = await fetch(url, {
      ...(body === undefined
        ? { method: "GET", headers: { authorization } }
        : {
            method: "POST",
            headers: { authorization, "content-type": "application/json" },
            body: JSON.stringify(body),
          }),
      redirect: "manual",
      signal,
    });
    const { status, headers } = response;
    if (response.ok) return { status, headers, ...(await readResult(response, maxBytes, signal)) };
    return { status, headers, body: parseJson(await limitErrorBody(response).text()) };
  } catch (error) {
    throw isConnectionFailure(error) ? new ConnectionError("no response", { cause: error }) : error;
  }
}

/** Sends a request, and repeats it after a 429 or 503 with the delay that the server names, up to a minute. */
export async function retryBusy(send: () => Promise<RawResponse>): Promise<RawResponse> {
  for (let attempt = 1; ; attempt++) {
    const response = await send();
    const busy = response.status === 429 || response.status === 503;
    if (!busy || attempt === MAX_ATTEMPTS) return response;
    const delayMs = retryAfterMs(response.headers, Date.now()) ?? 1000 * 2 ** attempt;
    if (delayMs > MAX_RETRY_DELAY_MS) return response;
    await new Promise((resolve) => setTimeout(resolve, delayMs));
  }
}

/** A request without a complete response: the connection failed, or the timeout ended. */
export class ConnectionError extends Error {}

const FAILED_FETCH = /^(?:fetch failed|Failed to fetch|terminated)$/;
const SYSTEM_CODE = /^(?!ERR_)[A-Z][A-Z0-9_]+$/;

/**
 * Determines whether `fetch` failed because of the network. Node reports a failed or lost connection as a `TypeError`
 * with one of two messages (undici 6 and 7, 2026-11); any other `TypeError` is a bug.
 */
function isConnectionFailure(error: unknown): boolean {
  const { name, message, code } = Object(error) as { name?: unknown; message?: unknown; code?: unknown };
  if (name === "TimeoutError") return true;
  if (error instanceof TypeError) return FAILED_FETCH.test(String(message));
  return typeof code === "string" && SYSTEM_CODE.test(code);
}

/** Reads a successful response with the limits of the package. */
async function readResult(
  response: Response,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Pick<RawResponse, "body" | "problem">> {
  try {
    return await readBody(response, { maxBytes }, signal);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    const { failure } = error;
    return {
      body: undefined,
      problem: failure.kind === "invalid" ? failure.problem : "the JSON is not complete",
    };
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
