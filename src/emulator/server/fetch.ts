import { ConnectionLost, bodyChunks, type EmulatedResponse } from "../response.js";
import { measureBody, readRequest } from "./read-body.js";
import type { IncomingRequest, Service } from "./service.js";

const NULL_BODY_STATUSES = new Set([204, 205, 304]);
// As in the Fetch standard.
const MAX_REDIRECTS = 20;

/** Creates a `fetch` that sends every request to the emulator, without a port. */
export function createFetch(service: Service): typeof globalThis.fetch {
  return async (input, init = {}) => {
    // A Request is slow to construct, and its body is asynchronous. Clients send strings, which need neither.
    const plain = typeof init.body === "string" && !(input instanceof Request);
    const { maxBodyBytes } = service;
    const request = plain
      ? fromInit(String(input), init, maxBodyBytes)
      : await fromRequest(new Request(input, init), input, init, maxBodyBytes);
    const redirect = init.redirect ?? (input instanceof Request ? input.redirect : "follow");
    return follow(service, request, redirect, MAX_REDIRECTS);
  };
}

async function follow(
  service: Service,
  request: IncomingRequest,
  redirect: string,
  redirectsLeft: number,
): Promise<Response> {
  request.signal?.throwIfAborted();
  const response = await service.handle(request).catch((error: unknown) => {
    throw error instanceof ConnectionLost ? fetchError("fetch failed", error) : error;
  });
  const location = response.headers["location"];
  if (location === undefined || response.status < 300 || redirect === "manual") {
    return toResponse(response, request);
  }
  if (redirect === "error") throw fetchError("fetch failed", new Error("unexpected redirect"));
  if (redirectsLeft === 0) throw fetchError("fetch failed", new Error("redirect count exceeded"));
  // The emulator also receives requests to other origins, so the log shows what a redirect would leak.
  const url = new URL(location, request.url).href;
  return follow(service, { ...request, url }, redirect, redirectsLeft - 1);
}

function fromInit(
  url: string,
  { method = "GET", headers, body, signal }: RequestInit,
  maxBodyBytes: number,
): IncomingRequest {
  const authorization = new Headers(headers).get("authorization");
  return {
    ...measureBody(body as string, maxBodyBytes),
    method: method.toUpperCase(),
    url,
    authorization,
    signal: signal ?? undefined,
  };
}

async function fromRequest(
  request: Request,
  input: string | URL | Request,
  init: RequestInit,
  maxBodyBytes: number,
): Promise<IncomingRequest> {
  // The caller's signal: that of the new Request aborts with the same reason, but later.
  const signal = init.signal ?? (input instanceof Request ? input.signal : undefined);
  const authorization = request.headers.get("authorization");
  const received = await readRequest(request, maxBodyBytes);
  return { ...received, method: request.method, url: request.url, authorization, signal };
}

function toResponse(response: EmulatedResponse, { signal }: IncomingRequest): Response {
  const { status, headers, body, delivery } = response;
  const init = { status, headers };
  if (NULL_BODY_STATUSES.has(status)) return new Response(null, init);
  return new Response(delivery ? bodyStream(response, signal) : body, init);
}

function bodyStream(response: EmulatedResponse, signal?: AbortSignal): ReadableStream<Uint8Array> {
  const cancelled = new AbortController();
  const abort = (): void => cancelled.abort(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  const chunks = bodyChunks(response, cancelled.signal);
  const cleanUp = (): void => signal?.removeEventListener("abort", abort);
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { value, done } = await chunks.next();
        if (!done) return controller.enqueue(value);
        cleanUp();
        controller.close();
      } catch (error) {
        cleanUp();
        controller.error(error instanceof ConnectionLost ? fetchError("terminated", error) : error);
      }
    },
    cancel() {
      cleanUp();
      cancelled.abort();
    },
  });
}

/** Creates an error like those of Node's own `fetch`. */
function fetchError(message: string, cause: Error): TypeError {
  return new TypeError(message, { cause });
}
