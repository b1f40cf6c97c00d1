/**
 * Sends one request with Together's SDK: a timeout for the whole response, an abort that takes effect at once, and
 * typed failures. The only file that imports the SDK.
 *
 * The SDK's retries are disabled: they ignore `x-ratelimit-reset`, and an abort does not end their delays. Its timeout
 * is not enough: it ends when the headers arrive. Its errors are distinguished by `status`, not by `instanceof`,
 * because its CommonJS and ESM builds have different classes (together-ai 0.52, read and tried 2026-11).
 */

import Together from "together-ai";
import { readBody, type Body } from "./read-body.js";
import { Deadline } from "./deadline.js";
import { checkedFetch } from "./checked-fetch.js";
import type { ResolvedShared } from "../options/resolve-options.js";
import { RequestError, requestIdHeader } from "./request-error.js";
import { retryAfterMs } from "./retry-policy.js";
import { thrownFailure } from "./thrown.js";
import { readErrorBody, readRequestId, type EmbeddingsRequest, type RerankRequest } from "./wire.js";

/** The endpoint and body of one request. */
export type EndpointCall =
  | { readonly path: "/embeddings"; readonly body: EmbeddingsRequest }
  | { readonly path: "/rerank"; readonly body: RerankRequest };

/** A complete response whose body is JSON. */
export interface JsonResponse extends Body {
  /** Together's id of the request; `undefined` if the headers contain none. */
  readonly requestId: string | undefined;
}

/** Sends requests to one base URL with one API key. */
export class TogetherClient {
  readonly #together: Together;
  readonly #timeout: number;
  readonly #thrower: string;

  constructor(options: ResolvedShared) {
    this.#timeout = options.timeout;
    this.#thrower = options.client ? "your `client`" : "sending the request";
    this.#together =
      options.client ??
      new Together({
        apiKey: options.apiKey,
        baseURL: options.baseURL,
        fetch: limitErrorBodies(checkedFetch(options.fetch)),
        // With TOGETHER_LOG set, the SDK would log whole requests. `onEvent` reports the same without texts.
        logLevel: "off",
      });
  }

  /**
   * Sends one request and reads its whole response.
   *
   * @param maxBytes - A longer response is rejected before it is read into memory.
   * @throws {@link RequestError} for every failure; the signal's reason if aborted.
   */
  async send(call: EndpointCall, maxBytes: number, signal: AbortSignal): Promise<JsonResponse> {
    const deadline = new Deadline(signal, this.#timeout);
    let isCut = false;
    try {
      const response = await deadline.race(this.#request(call, deadline.signal));
      isCut = true;
      const read = await deadline.race(readBody(response, maxBytes, deadline.signal));
      return { ...read, requestId: requestIdHeader(response.headers) };
    } catch (error) {
      throw deadline.isTimedOut
        ? new RequestError({ kind: "timeout" })
        : toRequestError(error, isCut ? "reading the response" : this.#thrower, signal, isCut);
    } finally {
      deadline.clear();
    }
  }

  async #request(call: EndpointCall, signal: AbortSignal): Promise<Response> {
    const options = { signal, maxRetries: 0, timeout: this.#timeout };
    if (call.path === "/rerank") {
      return this.#together.rerank.create(call.body as Together.RerankCreateParams, options).asResponse();
    }
    // The SDK's types lack `encoding_format`, which Together serves.
    return this.#together.embeddings
      .create(call.body as Together.EmbeddingCreateParams, options)
      .asResponse();
  }
}

function limitErrorBodies(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    return response.status < 400 ? response : limitErrorBody(response);
  };
}

/** More than any error body of Together. */
const MAX_ERROR_BODY_BYTES = 1 << 16;

/** Truncates the body of an error response. The SDK reads the whole body, which could fill the memory. */
function limitErrorBody(response: Response): Response {
  const { body, status, headers } = response;
  // The body of node-fetch is a stream of Node.
  if (typeof body?.pipeThrough !== "function" || status > 599) return response;
  let bytes = 0;
  const limit = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      if (bytes > MAX_ERROR_BODY_BYTES) controller.terminate();
      else controller.enqueue(chunk);
    },
  });
  return new Response(body.pipeThrough(limit), { status, headers });
}

interface SdkError {
  readonly status?: unknown;
  readonly headers?: unknown;
  readonly error?: unknown;
  readonly cause?: unknown;
}

/**
 * Converts an error of the SDK or of `fetch`. Returns the signal's reason if the caller aborted.
 *
 * @param thrower - What the error came from, if it came from no `fetch` that this file wraps.
 */
function toRequestError(error: unknown, thrower: string, signal: AbortSignal, isCut: boolean): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof RequestError) return error;
  const { status, headers, error: body, cause } = Object(error) as SdkError;
  if (cause instanceof RequestError) return cause;
  if (typeof status !== "number") return new RequestError(thrownFailure(error, thrower, isCut));
  const known = isHeaders(headers) ? headers : new Headers();
  if (status < 400) {
    const problem = `the server responded with ${status}, which is no response to this request`;
    return new RequestError({ kind: "invalid", problem, requestId: requestIdHeader(known) });
  }
  return new RequestError({
    kind: "status",
    status,
    body: readErrorBody(body),
    waitMs: retryAfterMs(known, Date.now()),
    requestId: requestIdHeader(known) ?? readRequestId(body),
  });
}

/** Not `instanceof Headers`: a `fetch` from a package, such as one for a proxy, has its own class. */
function isHeaders(value: unknown): value is Headers {
  return typeof (value as Headers | null | undefined)?.get === "function";
}
