/** Truncates the bodies of error responses. The SDK reads the whole body of each, which could fill the memory. */

import type Together from "together-ai";
import { MAX_ERROR_BODY_BYTES } from "./response-limits.js";

/** The type of the global `fetch`. */
export type GlobalFetch = typeof globalThis.fetch;

/** Returns the response with at most 64 KB of its body. Keeps a status beyond 599, which `Response` does not accept. */
export function limitErrorBody(response: Response): Response {
  const { body, headers, status } = response;
  const isLong = Number(headers.get("content-length")) > MAX_ERROR_BODY_BYTES;
  const isStream = typeof body?.pipeThrough === "function";
  // Without streams, a body whose length is not known can only be read whole.
  if (!isStream && !isLong) return response;
  const limited = new Response(isStream ? body.pipeThrough(limit()) : null, { headers });
  Object.defineProperties(limited, { status: { value: status }, ok: { value: false } });
  return limited;
}

function limit(): TransformStream<Uint8Array, Uint8Array> {
  let bytes = 0;
  return new TransformStream({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      if (bytes > MAX_ERROR_BODY_BYTES) controller.terminate();
      else controller.enqueue(chunk);
    },
  });
}

/** Wraps a `fetch` so that error bodies are truncated. */
export function limitedFetch(fetch: GlobalFetch): GlobalFetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    return response.ok ? response : limitErrorBody(response);
  };
}

/**
 * Returns a copy of the user's client whose error bodies are limited, by the SDK's own `withOptions()` (together-ai
 * 0.52). Returns the client itself if a copy would lose something. Then a tracer or a test has replaced a method, the
 * class ignores options, or it is not a client of the SDK.
 */
export function limitErrorBodies(client: Together): Together {
  const fetch = fetchOf(client);
  if (typeof client.withOptions !== "function" || typeof fetch !== "function") return client;
  const limited = limitedFetch(fetch);
  try {
    const copy = client.withOptions({ fetch: limited });
    return isSame(copy, client) && fetchOf(copy) === limited ? copy : client;
  } catch {
    return client;
  }
}

/** The SDK declares it as private. */
function fetchOf(client: Together): GlobalFetch | undefined {
  return (client as unknown as { readonly fetch?: GlobalFetch }).fetch;
}

function isSame(copy: Together, client: Together): boolean {
  return (
    copy.apiKey === client.apiKey &&
    copy.baseURL === client.baseURL &&
    copy.embeddings.create === client.embeddings.create &&
    copy.rerank.create === client.rerank.create
  );
}
