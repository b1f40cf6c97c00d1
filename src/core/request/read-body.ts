/** Reads the body of a response up to a maximum size, and parses it. */

import { onAbort, untilAbort } from "../abort.js";
import { ByteBudget, type Lease } from "./byte-budget.js";
import { parseResponse, TooManyValues } from "./parse-response.js";
import { RequestError, requestIdHeader } from "./request-error.js";
import type { ResponseLimit } from "./response-limits.js";

/** A body that is JSON, and its size. */
export interface Body {
  readonly body: unknown;
  readonly bytes: number;
}

/** Shared by all clients of this process. */
const budget = new ByteBudget();

/**
 * Reads the JSON of a response.
 *
 * @param limit - A longer response is rejected before it is read into memory.
 * @throws {@link RequestError} if the response is too long, truncated, or not JSON; the signal's reason if aborted.
 */
export async function readBody(response: Response, limit: ResponseLimit, signal: AbortSignal): Promise<Body> {
  const lease = budget.open();
  try {
    const chunks = await readChunks(response, limit, signal, lease);
    signal.throwIfAborted();
    const whole = concat(chunks);
    return { body: parse(whole, requestIdHeader(response.headers)), bytes: whole.byteLength };
  } finally {
    lease.release();
  }
}

async function readChunks(
  response: Response,
  { maxBytes, hint }: ResponseLimit,
  signal: AbortSignal,
  lease: Lease,
): Promise<Uint8Array[]> {
  // The body of node-fetch is a stream of Node, which has no reader.
  const reader = typeof response.body?.getReader === "function" ? response.body.getReader() : undefined;
  const cancel = (): void => void reader?.cancel().catch(() => {});
  const tooLong = (): RequestError => {
    cancel();
    const fix = hint === undefined ? "" : ` (${hint})`;
    const problem = `the response is longer than ${maxBytes} bytes, more than any valid response${fix}`;
    return tooLarge(problem, requestIdHeader(response.headers));
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
    const turn = lease.add(value.byteLength);
    if (turn) await untilAbort(turn, signal);
  }
}

/** Assembles all responses, one after another: a buffer per response would be a third of all garbage. */
let sharedBuffer = new Uint8Array(0);

/** A longer response gets its own buffer, which is garbage collected. */
const MAX_SHARED_BYTES = 1 << 22;

/** Concatenates chunks and empties their list, so that their memory is free. The result is valid until the next call. */
function concat(chunks: Uint8Array[]): Uint8Array {
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
  const whole = bufferOf(bytes);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  chunks.length = 0;
  return whole;
}

function bufferOf(bytes: number): Uint8Array {
  if (bytes > MAX_SHARED_BYTES) return new Uint8Array(bytes);
  if (bytes > sharedBuffer.byteLength) sharedBuffer = new Uint8Array(bytes);
  return sharedBuffer.subarray(0, bytes);
}

/** Truncated JSON is a lost connection, which is retried. A complete body that is not JSON is not retried. */
function parse(bytes: Uint8Array, requestId: string | undefined): unknown {
  try {
    return parseResponse(bytes);
  } catch (error) {
    if (error instanceof TooManyValues) {
      throw tooLarge("the response has more values than any valid response", requestId);
    }
    const start = firstCharacter(bytes);
    if ((start === "[" || start === "{") && !isClosed(bytes)) {
      throw new RequestError({ kind: "connection", detail: "the response was cut off", isCut: true });
    }
    const what = start === "" ? "is empty" : start === "<" ? "is a web page" : "is not JSON";
    throw new RequestError({ kind: "invalid", problem: `the response ${what}`, requestId });
  }
}

/** Returns the first character that is not white space; empty if there is none. */
function firstCharacter(bytes: Uint8Array): string {
  let start = 0;
  while ((bytes[start] ?? Number.NaN) <= 0x20) start += 1;
  return new TextDecoder()
    .decode(bytes.subarray(start, start + 16))
    .trimStart()
    .slice(0, 1);
}

/** Whether every bracket is closed: `{"data": [NaN]}` is complete, so a retry would return the same. */
function isClosed(bytes: Uint8Array): boolean {
  let open = 0;
  for (const byte of bytes) {
    if (byte === 0x5b || byte === 0x7b) open += 1;
    else if (byte === 0x5d || byte === 0x7d) open -= 1;
  }
  return open === 0;
}

/** Not retried: the same request would fill the memory again. */
function tooLarge(problem: string, requestId: string | undefined): RequestError {
  return new RequestError({ kind: "invalid", problem, requestId, isTooLarge: true });
}
