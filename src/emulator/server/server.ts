import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { ConnectionLost, bodyChunks, type EmulatedResponse } from "../response.js";
import { CORS, preflight } from "./cors.js";
import type { Service } from "./service.js";

/** Options of `listen()`. */
export interface ListenOptions {
  /** Port, 0 to 65,535; 0 for a free one. @defaultValue 0 */
  readonly port?: number;
  /** Address to listen on. The default is reachable from this machine only. @defaultValue "127.0.0.1" */
  readonly host?: string;
}

/** An HTTP server of the emulator. */
export interface EmulatorServer {
  /** Base URL for clients. It ends in `/v1`. */
  readonly url: string;
  /** The port of the server. */
  readonly port: number;
  /** Closes all connections and releases the port. */
  close(): Promise<void>;
}

// Not a literal in the import, because bundlers for browsers would try to resolve it.
const NODE_HTTP = ["node", "http"].join(":");

/** Starts the server. Requires Node, Deno or Bun; nothing else of the emulator imports `node:http`. */
export async function listen(service: Service, options: ListenOptions = {}): Promise<EmulatorServer> {
  const { port = 0, host = "127.0.0.1" } = options;
  const { createServer } = (await import(/* @vite-ignore */ NODE_HTTP)) as typeof import("node:http");
  const server = createServer((incoming, outgoing) => void serve(service, incoming, outgoing));
  // Longer than clients keep idle connections: one that the server closes first looks like a fault.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  const name = address.family === "IPv6" ? `[${address.address}]` : address.address;
  return { url: `http://${name}:${address.port}/v1`, port: address.port, close: () => close(server) };
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function serve(service: Service, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  if (incoming.method === "OPTIONS") {
    outgoing.writeHead(204, preflight(incoming.headers)).end();
    return;
  }
  const closed = new AbortController();
  outgoing.once("close", () => closed.abort());
  try {
    const response = await service.handle({
      method: incoming.method ?? "GET",
      url: `http://${incoming.headers.host ?? "localhost"}${incoming.url ?? "/"}`,
      authorization: incoming.headers.authorization,
      body: await readBody(incoming),
      signal: closed.signal,
    });
    await send(response, outgoing, closed.signal);
  } catch (error) {
    if (closed.signal.aborted) return;
    if (error instanceof ConnectionLost || outgoing.headersSent) incoming.socket.resetAndDestroy();
    else sendFailure(error, outgoing);
  }
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

async function send(
  response: EmulatedResponse,
  outgoing: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  outgoing.writeHead(response.status, { ...CORS, ...response.headers });
  if (!response.delivery) {
    outgoing.end(response.body);
    return;
  }
  for await (const chunk of bodyChunks(response, signal)) {
    // Wait until the chunk is flushed. Otherwise a lost connection would discard it.
    await new Promise<void>((resolve) => outgoing.write(chunk, () => resolve()));
  }
  outgoing.end();
}

/** Shows the developer an error that their own option threw. */
function sendFailure(error: unknown, outgoing: ServerResponse): void {
  outgoing.writeHead(500, { "content-type": "text/plain" }).end(`The emulator failed: ${String(error)}`);
}
