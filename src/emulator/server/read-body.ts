import type { IncomingMessage } from "node:http";

/** A body, or the part that was kept. */
export interface ReceivedBody {
  readonly body: string;
  /** Whether the body is larger than the limit. Then `body` may be empty. */
  readonly tooLarge: boolean;
}

const TOO_LARGE: ReceivedBody = { body: "", tooLarge: true };

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** The maximum length of a string in V8. */
const MAX_STRING_BYTES = 2 ** 29 - 24;

/**
 * Reads the body of a request to the server. Resolves as soon as more than `maxBytes` have arrived; the rest is read
 * and dropped, so that the client can read its response.
 */
export function readBody(incoming: IncomingMessage, maxBytes: number): Promise<ReceivedBody> {
  return new Promise((resolve, reject) => {
    const collected = new Chunks(maxBytes);
    incoming.on("data", (chunk: Buffer) => {
      if (!collected.add(chunk)) resolve(TOO_LARGE);
    });
    incoming.once("end", () => resolve(collected.toBody()));
    incoming.once("error", reject);
  });
}

/** Reads the body of a `Request`. */
export async function readRequest({ body }: Request, maxBytes: number): Promise<ReceivedBody> {
  const collected = new Chunks(maxBytes);
  const reader = body?.getReader();
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    if (collected.add(part.value as Uint8Array)) continue;
    await reader?.cancel();
    return TOO_LARGE;
  }
  return collected.toBody();
}

/** Measures a body that is already in memory. */
export function measureBody(body: string, maxBytes: number): ReceivedBody {
  // A UTF-16 unit is at most 3 bytes in UTF-8, so most bodies need no encoding to be measured.
  const tooLarge = body.length * 3 > maxBytes && new TextEncoder().encode(body).length > maxBytes;
  return { body, tooLarge };
}

/** Collects chunks up to a limit. */
class Chunks {
  readonly #maxBytes: number;
  #chunks: Uint8Array[] = [];
  #size = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = Math.min(maxBytes, MAX_STRING_BYTES);
  }

  /** Returns false if the limit is exceeded; then all chunks are dropped. */
  add(chunk: Uint8Array): boolean {
    this.#size += chunk.length;
    if (this.#size <= this.#maxBytes) this.#chunks.push(chunk);
    else this.#chunks = [];
    return this.#size <= this.#maxBytes;
  }

  toBody(): ReceivedBody {
    if (this.#size > this.#maxBytes) return TOO_LARGE;
    const [first = new Uint8Array()] = this.#chunks;
    const bytes = this.#chunks.length > 1 ? joined(this.#chunks, this.#size) : first;
    return { body: decoder.decode(bytes), tooLarge: false };
  }
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
