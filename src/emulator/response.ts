import { waitForAbort, sleep } from "./delay.js";

/** An answer on its way out, whichever door it leaves by. */
export interface EmulatedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** How the body travels, if not whole and at once. */
  readonly delivery?: Delivery;
}

export interface Delivery {
  /** How much of the body leaves, from 0 to 1. */
  readonly share: number;
  /** Milliseconds over which its pieces are spread. */
  readonly duration: number;
  /** What comes after the last piece: a proper end, a lost connection, or nothing ever. */
  readonly ending: "end" | "reset" | "never";
}

/** The connection is to be lost: `fetch` rejects, a server destroys the socket. */
export class ConnectionLost extends Error {
  readonly code = "ECONNRESET";
  constructor() {
    super("read ECONNRESET");
  }
}

const WHOLE: Delivery = { share: 1, duration: 0, ending: "end" };
const PIECES = 10;

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
 * The pieces of a body, each when its time has come.
 *
 * @throws {ConnectionLost} if the connection is lost after the last of them.
 */
export async function* bodyChunks(reply: EmulatedResponse, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const { share, duration, ending } = reply.delivery ?? WHOLE;
  const bytes = new TextEncoder().encode(reply.body);
  const length = Math.floor(bytes.length * share);
  const count = duration > 0 ? PIECES : 1;
  for (let piece = 0; piece < count; piece++) {
    await sleep(duration / count, signal);
    yield bytes.subarray(Math.floor((length * piece) / count), Math.floor((length * (piece + 1)) / count));
  }
  if (ending === "reset") throw new ConnectionLost();
  if (ending === "never") await waitForAbort(signal);
}
