/** Reads the body of a response up to a maximum size, and parses it. */

import { onAbort } from "../abort.js";
import { parseResponse } from "./parse-response.js";
import { RequestError, requestIdHeader } from "./request-error.js";

/** A body that is JSON, and its size. */
export interface Body {
  readonly body: unknown;
  readonly bytes: number;
}

/**
 * Reads the JSON of a response.
 *
 * @param maxBytes - A longer response is rejected before it is read into memory.
 * @throws {@link RequestError} if the response is too long, truncated, or not JSON; the signal's reason if aborted.
 */
export async function readBody(response: Response, maxBytes: number, signal: AbortSignal): Promise<Body> {
  const chunks = await readChunks(response, maxBytes, signal);
  signal.throwIfAborted();
  const whole = concat(chunks);
  return { body: parse(whole, requestIdHeader(response.headers)), bytes: whole.byteLength };
}

async function readChunks(response: Response, maxBytes: number, signal: AbortSignal): Promise<Uint8Array[]> {
  // The body of node-fetch is a stream of Node, which has no reader.
  const reader = typeof response.body?.getReader === "function" ? response.body.getReader() : undefined;
  const cancel = (): void => void reader?.cancel().catch(() => {});
  const tooLong = (): RequestError => {
    cancel();
    const problem = `the response is longer than ${maxBytes} bytes, more than any valid response`;
    return new RequestError({ kind: "invalid", problem, requestId: requestIdHeader(response.headers) });
  };
  if (Number(response.headers.get("content-length")) > maxBytes) throw tooLong();
  if (!reader) return [new Uint8Array(await response.arrayBuffer())];
  onAbort(signal, cancel);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return chunks;
    chunks.push(value);
    bytes += value.byteLength;
    if (bytes > maxBytes) throw tooLong();
  }
}

/** Every response is assembled here, one after the other: a buffer per response would be a third of all garbage. */
let sharedBuffer = new Uint8Array(0);

/** A longer response gets a buffer of its own, which is garbage collected. */
const MAX_SHARED_BYTES = 1 << 22;

/** Concatenates chunks. The result is valid only until the next call. */
function concat(chunks: readonly Uint8Array[]): Uint8Array {
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
  if (sharedBuffer.byteLength < bytes && bytes <= MAX_SHARED_BYTES) sharedBuffer = new Uint8Array(bytes);
  const whole = bytes <= sharedBuffer.byteLength ? sharedBuffer.subarray(0, bytes) : new Uint8Array(bytes);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}

/** Truncated JSON is a lost connection, which is retried. A complete body that is not JSON is not retried. */
function parse(bytes: Uint8Array, requestId: string | undefined): unknown {
  try {
    return parseResponse(bytes);
  } catch {
    const text = new TextDecoder().decode(bytes);
    if (/^\s*[[{]/.test(text) && !isClosed(text)) {
      throw new RequestError({ kind: "connection", detail: "the response was cut off", isCut: true });
    }
    const what = text.trim() === "" ? "is empty" : /^\s*</.test(text) ? "is a web page" : "is not JSON";
    throw new RequestError({ kind: "invalid", problem: `the response ${what}`, requestId });
  }
}

/** Whether every bracket is closed: `{"data": [NaN]}` is complete, so a retry would return the same. */
function isClosed(text: string): boolean {
  return text.match(/[[{]/g)?.length === text.match(/[\]}]/g)?.length;
}
