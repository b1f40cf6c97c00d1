/**
 * Sends one request with Together's SDK: a timeout for the whole response, an abort that takes effect at once, and
 * typed failures. The only file that imports the SDK.
 *
 * The SDK's retries are disabled: they ignore `x-ratelimit-reset`, and an abort does not end their delays. Its timeout
 * is not enough: it ends when the headers arrive. Its errors are distinguished by `status`, not by `instanceof`,
 * because its CommonJS and ESM builds have different classes (together-ai 0.52, read and tried 2026-11).
 */

import Together from "together-ai";
import type { CallHeaders } from "../call-options.js";
import { limitErrorBodies, limitedFetch } from "./limit-error-body.js";
import { readBody, type Body } from "./read-body.js";
import { Deadline } from "./deadline.js";
import { checkedFetch } from "./checked-fetch.js";
import { unlessSent, type SentStrings } from "../errors/redact.js";
import type { ResolvedShared } from "../options/resolve-options.js";
import { readErrorText } from "./error-body.js";
import { RequestError, requestIdHeader } from "./request-error.js";
import type { ResponseLimit } from "./response-limits.js";
import { retryAfterMs } from "./retry-policy.js";
import { thrownFailure } from "./thrown.js";
import { readErrorBody, readRequestId, textsOf, type EmbeddingsRequest, type RerankRequest } from "./wire.js";

/** The endpoint and body of one request. */
export type EndpointCall =
  | { readonly path: "/embeddings"; readonly body: EmbeddingsRequest }
  | { readonly path: "/rerank"; readonly body: RerankRequest };

/** A complete response whose body is JSON. */
export interface JsonResponse extends Body {
  /** Together's id of the request; `undefined` if the headers contain none. */
  readonly requestId: string | undefined;
}

/** Headers that only this client and the SDK set. */
const OWN_HEADERS = /^(authorization|content-(type|length|encoding)|accept|host)$/i;

/** Sends requests to one base URL with one API key. */
export class TogetherClient {
  readonly #client: () => Together;
  readonly #timeout: number;
  readonly #apiKey: string;
  readonly #headers: Readonly<Record<string, string>> | undefined;
  readonly #thrower: string;

  constructor(options: ResolvedShared) {
    const { apiKey, baseURL, client, timeout } = options;
    this.#timeout = timeout;
    this.#apiKey = apiKey;
    this.#thrower = client ? "your `client`" : "sending the request";
    // Per request, because TOGETHER_CUSTOM_HEADERS can replace the SDK's own authorization header.
    this.#headers = client ? undefined : { Authorization: `Bearer ${apiKey}` };
    const fetch = limitedFetch(checkedFetch(options.fetch));
    // With TOGETHER_LOG set, the SDK would log whole requests. `onEvent` reports the same without texts.
    const own = client ?? new Together({ apiKey, baseURL, fetch, logLevel: "off" });
    // A copy per request, because the user may change the client, such as its key.
    this.#client = client ? () => limitErrorBodies(client) : () => own;
  }

  /**
   * Sends one request and reads its whole response.
   *
   * @param limit - A longer response is rejected before it is read into memory.
   * @param headers - Added to the request. They cannot replace the API key.
   * @throws {@link RequestError} for every failure; the signal's reason if aborted.
   */
  async send(
    call: EndpointCall,
    limit: ResponseLimit,
    signal: AbortSignal,
    headers?: CallHeaders,
  ): Promise<JsonResponse> {
    const deadline = new Deadline(signal, this.#timeout);
    const sent = [this.#apiKey, ...textsOf(call.body)];
    let isCut = false;
    try {
      const response = await deadline.race(this.#request(call, deadline.signal, headers));
      isCut = true;
      const read = await deadline.race(readBody(response, limit, deadline.signal));
      return { ...read, requestId: unlessSent(requestIdHeader(response.headers), sent) };
    } catch (error) {
      throw deadline.isTimedOut
        ? new RequestError({ kind: "timeout" })
        : withOwnRequestId(
            toRequestError(error, isCut ? "reading the response" : this.#thrower, signal, isCut),
            sent,
          );
    } finally {
      deadline.clear();
    }
  }

  async #request(
    call: EndpointCall,
    signal: AbortSignal,
    headers: CallHeaders | undefined,
  ): Promise<Response> {
    const options = {
      signal,
      maxRetries: 0,
      timeout: this.#timeout,
      // The SDK sends the key to `defaultBaseURL`, which a polluted `Object.prototype` could set.
      defaultBaseURL: undefined,
      headers: { ...withoutKey(headers), ...this.#headers },
    };
    if (call.path === "/rerank") {
      return this.#client()
        .rerank.create(call.body as Together.RerankCreateParams, options)
        .asResponse();
    }
    // The SDK's types lack `encoding_format`, which Together serves.
    return this.#client()
      .embeddings.create(call.body as Together.EmbeddingCreateParams, options)
      .asResponse();
  }
}

/** Removes headers that could replace the key or the content type. */
function withoutKey(headers: CallHeaders = {}): CallHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OWN_HEADERS.test(name)));
}

interface SdkError {
  readonly status?: unknown;
  readonly headers?: unknown;
  readonly error?: unknown;
  readonly message?: unknown;
  readonly cause?: unknown;
}

/**
 * Converts an error of the SDK or of `fetch`. Returns the signal's reason if the caller aborted.
 *
 * @param thrower - The source of the error, if it is not a `fetch` that this file wraps.
 */
function toRequestError(error: unknown, thrower: string, signal: AbortSignal, isCut: boolean): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof RequestError) return error;
  const { status, headers, error: body, cause } = Object(error) as SdkError;
  if (cause instanceof RequestError) return cause;
  if (typeof status !== "number") return new RequestError(thrownFailure(error, thrower, isCut));
  const known = isHeaders(headers) ? headers : new Headers();
  if (status < 400) {
    const problem = `the server responded with ${status}, which is not a response to this request`;
    return new RequestError({ kind: "invalid", problem, requestId: requestIdHeader(known) });
  }
  return new RequestError({
    kind: "status",
    status,
    body: body === undefined ? readErrorText(bodyText(error as SdkError)) : readErrorBody(body),
    waitMs: retryAfterMs(known, Date.now()),
    requestId: requestIdHeader(known) ?? readRequestId(body),
  });
}

/** The text of a body that is not JSON. The SDK puts it into its message, after the status. */
function bodyText({ message }: SdkError): string {
  const text = typeof message === "string" ? message.replace(/^\d{3} /, "") : "";
  return text === "status code (no body)" ? "" : text;
}

/** Removes a request id that contains a part of the key or of a text. */
function withOwnRequestId(error: unknown, sent: SentStrings): unknown {
  if (!(error instanceof RequestError) || !("requestId" in error.failure)) return error;
  return new RequestError({ ...error.failure, requestId: unlessSent(error.failure.requestId, sent) });
}

/** Not `instanceof Headers`: a `fetch` from a package, such as one for a proxy, has its own class. */
function isHeaders(value: unknown): value is Headers {
  return typeof (value as Headers | null | undefined)?.get === "function";
}
