import { knownCode } from "../core/errors/redact.js";
import type { GlobalFetch } from "../core/request/limit-error-body.js";
import { UNAVAILABLE } from "../core/request/retry-policy.js";
import { retryBusy, sendRaw, type RawResponse } from "./raw-request.js";

/** Sends requests to one address without the checks of the package itself, to observe the server's behaviour. */
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
  send(path: "/embeddings" | "/rerank", body: object): Promise<RawResponse> {
    return retryBusy(async () => {
      const response = await sendRaw(this.#fetch, `${this.#url}${path}`, this.#key, { body });
      this.responses.push(response);
      return response;
    });
  }
}

/**
 * Whether a response without a result is a failed check, rather than a rejection. The status of a busy or unavailable
 * endpoint does not show what it accepts.
 */
export function isFailure({ status }: RawResponse): boolean {
  return status < 400 || status === 429 || UNAVAILABLE.has(status);
}

/**
 * Describes a rejection or a failed check by status and code. The server's message is omitted, because it may quote the
 * request.
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
