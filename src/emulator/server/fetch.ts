import { ConnectionLost, bodyChunks, type EmulatedResponse } from "../response.js";
import type { IncomingRequest, Service } from "./service.js";

const BODYLESS = new Set([204, 205, 304]);
const MOST_REDIRECTS = 20;

/** A `fetch` that reaches the emulator, and nothing else, without a port. */
export function fetchOf(service: Service): typeof globalThis.fetch {
  return async (input, init = {}) => {
    // A Request costs more than all the rest, and its body comes later: what clients send needs none.
    const plain = typeof init.body === "string" && !(input instanceof Request);
    const call = plain ? plainCall(String(input), init) : await callOf(new Request(input, init), input, init);
    const redirect = init.redirect ?? (input instanceof Request ? input.redirect : "follow");
    return responseTo(service, call, redirect, MOST_REDIRECTS);
  };
}

async function responseTo(
  service: Service,
  call: IncomingRequest,
  redirect: string,
  redirects: number,
): Promise<Response> {
  call.signal?.throwIfAborted();
  const reply = await service.handle(call).catch((error: unknown) => {
    throw error instanceof ConnectionLost ? failure("fetch failed", error) : error;
  });
  const location = reply.headers["location"];
  if (location === undefined || reply.status < 300 || redirect === "manual") return responseOf(reply, call);
  if (redirect === "error") throw failure("fetch failed", new Error("unexpected redirect"));
  if (redirects === 0) throw failure("fetch failed", new Error("redirect count exceeded"));
  // Wherever it leads, it leads here: the log shows what the other origin would have been sent.
  return responseTo(service, { ...call, url: new URL(location, call.url).href }, redirect, redirects - 1);
}

function plainCall(url: string, { method = "GET", headers, body, signal }: RequestInit): IncomingRequest {
  const authorization = new Headers(headers).get("authorization");
  return {
    method: method.toUpperCase(),
    url,
    authorization,
    body: body as string,
    signal: signal ?? undefined,
  };
}

async function callOf(
  request: Request,
  input: string | URL | Request,
  init: RequestInit,
): Promise<IncomingRequest> {
  // The signal of the original: a Request's own is another one, with the same reason but later.
  const signal = init.signal ?? (input instanceof Request ? input.signal : undefined);
  const authorization = request.headers.get("authorization");
  return { method: request.method, url: request.url, authorization, body: await request.text(), signal };
}

function responseOf(reply: EmulatedResponse, { signal }: IncomingRequest): Response {
  const { status, headers, body, delivery } = reply;
  const init = { status, headers };
  if (BODYLESS.has(status)) return new Response(null, init);
  return new Response(delivery ? streamOf(reply, signal) : body, init);
}

function streamOf(reply: EmulatedResponse, signal?: AbortSignal): ReadableStream<Uint8Array> {
  const gone = new AbortController();
  const leave = (): void => gone.abort(signal?.reason);
  signal?.addEventListener("abort", leave, { once: true });
  const pieces = bodyChunks(reply, gone.signal);
  const done = (): void => signal?.removeEventListener("abort", leave);
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { value, done: ended } = await pieces.next();
        if (!ended) return controller.enqueue(value);
        done();
        controller.close();
      } catch (error) {
        done();
        controller.error(error instanceof ConnectionLost ? failure("terminated", error) : error);
      }
    },
    cancel() {
      done();
      gone.abort();
    },
  });
}

/** An error as Node's own fetch throws it. */
function failure(message: string, cause: Error): TypeError {
  return new TypeError(message, { cause });
}
