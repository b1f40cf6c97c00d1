/**
 * One request through Together's SDK: a deadline over the whole answer, an abort that is heard at once, and typed
 * failures. The only file that talks to the SDK.
 *
 * The SDK's own retries are off (they ignore `x-ratelimit-reset` and do not hear an abort while they wait), and so
 * is its timeout in effect (it ends when the headers arrive). Its errors are told apart by `status`, never by
 * `instanceof`: its CommonJS and ESM builds have classes of their own. (together-ai 0.52, read and tried 2026-11.)
 */

import Together from "together-ai";
import { readBody } from "./read-body.js";
import { Deadline } from "./deadline.js";
import type { Fetch } from "../options/options.js";
import type { ResolvedShared } from "../options/resolve-options.js";
import { RequestError, requestIdHeader } from "./request-error.js";
import { retryAfterMs } from "./retry-policy.js";
import { readRequestId, readErrorBody, type EmbeddingsRequest, type RerankRequest } from "./wire.js";

/** What to ask; the path decides the method of the SDK. */
export type EndpointCall =
  | { readonly path: "/embeddings"; readonly body: EmbeddingsRequest }
  | { readonly path: "/rerank"; readonly body: RerankRequest };

/** A body that arrived whole and is JSON. */
export interface JsonResponse {
  readonly body: unknown;
  readonly requestId: string | undefined;
}

/** Sends requests to one address with one key. */
export class TogetherClient {
  readonly #together: Together;
  readonly #timeout: number;

  constructor(options: ResolvedShared) {
    this.#timeout = options.timeout;
    this.#together =
      options.client ??
      new Together({
        apiKey: options.apiKey,
        baseURL: options.baseURL,
        fetch: rejectRedirects(options.fetch),
        // The SDK logs whole requests when told to through TOGETHER_LOG; `onEvent` tells the same without texts.
        logLevel: "off",
      });
  }

  /**
   * Sends one request and reads its whole answer.
   *
   * @param mostBytes - An answer longer than this is refused before it fills the memory.
   * @throws the signal's reason if it is aborted; {@link RequestError} for all that can go wrong.
   */
  async send(call: EndpointCall, mostBytes: number, signal: AbortSignal): Promise<JsonResponse> {
    const deadline = new Deadline(signal, this.#timeout);
    try {
      const response = await deadline.race(this.#request(call, deadline.signal));
      const body = await deadline.race(readBody(response, mostBytes, deadline.signal));
      return { body, requestId: requestIdHeader(response.headers) };
    } catch (error) {
      throw deadline.passed() ? new RequestError({ kind: "timeout" }) : toRequestError(error, signal);
    } finally {
      deadline.clear();
    }
  }

  async #request(call: EndpointCall, signal: AbortSignal): Promise<Response> {
    const options = { signal, maxRetries: 0, timeout: this.#timeout };
    if (call.path === "/rerank") {
      return this.#together.rerank.create(call.body as Together.RerankCreateParams, options).asResponse();
    }
    // `encoding_format` is served but not in the SDK's types.
    return this.#together.embeddings
      .create(call.body as Together.EmbeddingCreateParams, options)
      .asResponse();
  }
}

/**
 * A redirect would carry the texts to an address that nobody configured. Redirects are asked for by hand rather
 * than as errors, because workerd knows only that; a browser then shows an opaque answer, Node the 3xx itself.
 *
 * The global `fetch` is looked up at each call, so that one replaced later (by a test, by a tracer) is used.
 */
function rejectRedirects(given: Fetch | undefined): Fetch {
  return async (input, init) => {
    const fetch = given ?? globalThis.fetch;
    const response = await fetch(input, { ...init, redirect: "manual" });
    const { type, status } = response;
    if (type !== "opaqueredirect" && (status < 300 || status > 399)) {
      return status < 400 ? response : limitErrorBody(response);
    }
    response.body?.cancel().catch(() => {});
    throw new RequestError({ kind: "redirect" });
  };
}

/** No refusal is longer. */
const MOST_REFUSAL_BYTES = 1 << 16;

/** The SDK reads the body of a refusal whole, however long it is: this ends one that would fill the memory. */
function limitErrorBody(response: Response): Response {
  const { body, status, headers } = response;
  if (!body || status > 599) return response;
  let bytes = 0;
  const limit = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      if (bytes > MOST_REFUSAL_BYTES) controller.terminate();
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

function toRequestError(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof RequestError) return error;
  const { status, headers, error: body, cause } = Object(error) as SdkError;
  if (cause instanceof RequestError) return cause;
  if (typeof status !== "number")
    return new RequestError({ kind: "connection", detail: systemErrorCode(error) });
  const known = isHeaders(headers) ? headers : new Headers();
  return new RequestError({
    kind: "status",
    status,
    body: readErrorBody(body),
    waitMs: retryAfterMs(known, Date.now()),
    requestId: requestIdHeader(known) ?? readRequestId(body),
  });
}

/** Not `instanceof`: a `fetch` from a package, for a proxy say, has its own class of headers. */
function isHeaders(value: unknown): value is Headers {
  return typeof (value as Headers | null | undefined)?.get === "function";
}

/** The system's code for what happened, from the innermost cause: the text around it may quote the request. */
function systemErrorCode(error: unknown): string {
  let code = "no connection";
  let cause = error;
  for (let depth = 0; depth < 5 && typeof cause === "object" && cause !== null; depth++) {
    const found = (cause as { code?: unknown }).code;
    if (typeof found === "string" && /^[A-Z0-9_]{2,40}$/.test(found)) code = found;
    cause = (cause as { cause?: unknown }).cause;
  }
  return code;
}
