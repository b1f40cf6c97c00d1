import { knownCode } from "../core/errors/redact.js";
import { limitErrorBody, type GlobalFetch } from "../core/request/limit-error-body.js";
import { readBody } from "../core/request/read-body.js";
import { RequestError } from "../core/request/request-error.js";
import { MAX_BODY_BYTES } from "../core/request/response-limits.js";
import { retryAfterMs, UNAVAILABLE } from "../core/request/retry-policy.js";

/** A response as the server sent it, with any status. */
export interface RawResponse {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed JSON, or `undefined` if the body is not JSON. */
  readonly body: unknown;
  /** Why a successful response cannot be read: too large, a web page, not JSON. */
  readonly problem?: string | undefined;
}

const MAX_RETRY_DELAY_MS = 60_000;
const MAX_ATTEMPTS = 4;
const TIMEOUT_MS = 120_000;

/** Sends requests to one address without the checks of the package itself, to observe what the server does. */
export class ProbeClient {
  readonly responses: RawResponse[] = [];
  readonly #url: string;
  readonly #key: string;
  readonly #fetch: GlobalFetch;

  constructor(url: string, key: string, fetch: GlobalFetch) {
    this.#url = url;
    this.#key = key;
    this.#fetch = fetch;
  }

  /** A `fetch` that records its responses. The package's own classes use it. */
  readonly fetch: GlobalFetch = async (input, init) => {
    const response = await this.#fetch(input, init);
    this.responses.push({ status: response.status, headers: response.headers, body: undefined });
    return response;
  };

  /**
   * Sends a request, and retries it after a 429 or 503 with the delay that the server names.
   *
   * @throws {@link ConnectionError} if there is no complete response.
   */
  async send(path: "/embeddings" | "/rerank", body: object): Promise<RawResponse> {
    for (let attempt = 1; ; attempt++) {
      const response = await this.#post(path, body);
      this.responses.push(response);
      const busy = response.status === 429 || response.status === 503;
      if (!busy || attempt === MAX_ATTEMPTS) return response;
      const delayMs = retryAfterMs(response.headers, Date.now()) ?? 1000 * 2 ** attempt;
      if (delayMs > MAX_RETRY_DELAY_MS) return response;
      await new Promise((resolve) => setTimeout(resolve, delayMs));
    }
  }

  async #post(path: string, body: object): Promise<RawResponse> {
    const fetch = this.#fetch;
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const response = await fetch(`${this.#url}${path}`, {
        method: "POST",
        headers: { authorization: `Bearer ${this.#key}`, "content-type": "application/json" },
        body: JSON.stringify(body),
        redirect: "manual",
        signal,
      });
      const { status, headers } = response;
      if (response.ok) return { status, headers, ...(await readResult(response, signal)) };
      return { status, headers, body: parseJson(await limitErrorBody(response).text()) };
    } catch (error) {
      throw isConnectionFailure(error) ? new ConnectionError("no response", { cause: error }) : error;
    }
  }
}

/** A request without a complete response: the connection failed, or the timeout passed. */
export class ConnectionError extends Error {}

const FAILED_FETCH = /^(?:fetch failed|Failed to fetch|terminated)$/;
const SYSTEM_CODE = /^(?!ERR_)[A-Z][A-Z0-9_]+$/;

/**
 * Determines whether `fetch` failed because of the network. Node reports a failed or cut connection as a `TypeError`
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
  signal: AbortSignal,
): Promise<Pick<RawResponse, "body" | "problem">> {
  try {
    return await readBody(response, { maxBytes: MAX_BODY_BYTES }, signal);
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

/**
 * Whether a response without a result is a failed check, rather than a rejection. The statuses of an endpoint that is
 * busy or not available say nothing about what it accepts.
 */
export function isFailure({ status }: RawResponse): boolean {
  return status < 400 || status === 429 || UNAVAILABLE.has(status);
}

/**
 * Describes a rejection or a failed check by status and code. The server's message is left out: it may quote what was
 * sent.
 */
export function describeRejection(response: RawResponse): string {
  const { status, body, problem } = response;
  if (problem !== undefined) return `failed: ${problem}`;
  if (status < 400) return `failed: status ${status} without a result`;
  if (isFailure(response)) return `failed: status ${status}`;
  const { error, error_type: type } = Object(body) as { error?: unknown; error_type?: unknown };
  const { code } = Object(error) as { code?: unknown };
  const name = knownCode(code) || knownCode(type);
  return `rejected with ${status}${name && ` (${name})`}`;
}

/** Returns a property of an unknown value, or `undefined` if the value is not an object. */
export function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
