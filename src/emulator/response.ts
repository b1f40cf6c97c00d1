import { sleep, waitForAbort } from "./delay.js";

/** A response, before `fetch` or the server sends it. */
export interface EmulatedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** How the body is sent, if not completely and at once. */
  readonly delivery?: Delivery;
}

/** How a body is sent. */
export interface Delivery {
  /** The part of the body that is sent, from 0 to 1. */
  readonly share: number;
  /** Milliseconds over which its chunks are spread. */
  readonly duration: number;
  /** The end after the last chunk: a normal end, a lost connection, or none. */
  readonly ending: "end" | "reset" | "never";
}

/** Thrown where the connection has to be lost: `fetch` rejects, and the server destroys the socket. */
export class ConnectionLost extends Error {
  readonly code = "ECONNRESET";
  constructor() {
    super("read ECONNRESET");
  }
}

const COMPLETE: Delivery = { share: 1, duration: 0, ending: "end" };
const CHUNKS = 10;

/** Creates a JSON response. A body that is a string is sent unchanged. */
export function jsonResponse(
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): EmulatedResponse {
  return {
    status,
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  };
}

/**
 * Yields the chunks of a body, each when it is due.
 *
 * @throws {ConnectionLost} after the last chunk, if the delivery ends with a lost connection.
 */
export async function* bodyChunks(
  response: EmulatedResponse,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const { share, duration, ending } = response.delivery ?? COMPLETE;
  const bytes = new TextEncoder().encode(response.body);
  const length = Math.floor(bytes.length * share);
  const count = duration > 0 ? CHUNKS : 1;
  for (let chunk = 0; chunk < count; chunk++) {
    await sleep(duration / count, signal);
    yield bytes.subarray(Math.floor((length * chunk) / count), Math.floor((length * (chunk + 1)) / count));
  }
  if (ending === "reset") throw new ConnectionLost();
  if (ending === "never") await waitForAbort(signal);
}
