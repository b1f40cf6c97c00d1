/** The body of an answer: read whole, up to a size, and parsed. */

import { onAbort } from "../abort.js";
import { parseResponse } from "./parse-response.js";
import { RequestError, requestIdHeader } from "./request-error.js";

/**
 * Reads an answer's JSON.
 *
 * @param mostBytes - An answer longer than this is refused before it fills the memory.
 * @throws {@link RequestFailed} if it is too long, cut off, or no JSON; the signal's reason if it is aborted.
 */
export async function readBody(response: Response, mostBytes: number, signal: AbortSignal): Promise<unknown> {
  const chunks = await readChunks(response, mostBytes, signal);
  signal.throwIfAborted();
  return parse(joined(chunks), requestIdHeader(response.headers));
}

async function readChunks(response: Response, mostBytes: number, signal: AbortSignal): Promise<Uint8Array[]> {
  if (Number(response.headers.get("content-length")) > mostBytes) throw await tooLarge(response, mostBytes);
  const reader = response.body?.getReader();
  if (!reader) return [new Uint8Array(await response.arrayBuffer())];
  onAbort(signal, () => void reader.cancel().catch(() => {}));
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return chunks;
    chunks.push(value);
    bytes += value.byteLength;
    if (bytes <= mostBytes) continue;
    reader.cancel().catch(() => {});
    throw await tooLarge(response, mostBytes);
  }
}

/** Where answers are put together, one after another: memory of its own for each would be a third of all garbage. */
let table = new Uint8Array(0);

/** A larger answer gets memory of its own, which is let go. */
const MOST_TABLE_BYTES = 1 << 22;

/** Chunks as one; to be read before anything else is joined. */
function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
  if (table.byteLength < bytes && bytes <= MOST_TABLE_BYTES) table = new Uint8Array(bytes);
  const whole = bytes <= table.byteLength ? table.subarray(0, bytes) : new Uint8Array(bytes);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}

async function tooLarge(response: Response, mostBytes: number): Promise<RequestError> {
  await response.body?.cancel().catch(() => {});
  const problem = `the answer is longer than ${mostBytes} bytes, more than any right one`;
  return new RequestError({ kind: "invalid", problem, requestId: requestIdHeader(response.headers) });
}

/** JSON that stops halfway is a lost connection, worth another try; other JSON that is none is not, nor is HTML. */
function parse(bytes: Uint8Array, id: string | undefined): unknown {
  try {
    return parseResponse(bytes);
  } catch {
    const text = new TextDecoder().decode(bytes);
    if (/^\s*[[{]/.test(text) && !isClosed(text)) {
      throw new RequestError({ kind: "connection", detail: "the answer was cut off" });
    }
    const what = text.trim() === "" ? "is empty" : /^\s*</.test(text) ? "is a web page" : "is not JSON";
    throw new RequestError({ kind: "invalid", problem: `the answer ${what}`, requestId: id });
  }
}

/** Whether every bracket has its counterpart: `{"data": [NaN]}` came whole, and would come so again. */
function isClosed(text: string): boolean {
  let open = 0;
  for (let place = 0; place < text.length; place++) {
    const character = text[place];
    if (character === "[" || character === "{") open += 1;
    else if (character === "]" || character === "}") open -= 1;
  }
  return open === 0;
}
