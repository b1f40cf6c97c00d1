import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { CORS, preflight } from "./cors.js";
import { ConnectionLost, bodyChunks, type EmulatedResponse } from "../response.js";
import type { Service } from "./service.js";

/** Where the emulator listens. */
export interface ListenOptions {
  /** A port, 0 to 65,535; 0 for a free one. @defaultValue 0 */
  readonly port?: number;
  /** The address to listen at: of this machine alone, unless you set another. @defaultValue "127.0.0.1" */
  readonly host?: string;
}

/** The emulator behind a port. */
export interface EmulatorServer {
  /** The base URL for clients, ending in `/v1`. */
  readonly url: string;
  /** The port that it got. */
  readonly port: number;
  /** Cuts every connection and frees the port. */
  close(): Promise<void>;
}

// Not written out in the import: bundlers for browsers would look for it there, and find nothing.
const NODE_HTTP = ["node", "http"].join(":");

/** Opens a port. Node, Deno and Bun only: nothing else is asked for `node:http`. */
export async function listen(service: Service, options: ListenOptions = {}): Promise<EmulatorServer> {
  const { port = 0, host = "127.0.0.1" } = options;
  const { createServer } = (await import(/* @vite-ignore */ NODE_HTTP)) as typeof import("node:http");
  const server = createServer((incoming, outgoing) => void serve(service, incoming, outgoing));
  // Longer than any client keeps an idle connection: a server that closes first looks like a fault.
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
  const gone = new AbortController();
  outgoing.once("close", () => gone.abort());
  try {
    const reply = await service.handle({
      method: incoming.method ?? "GET",
      url: `http://${incoming.headers.host ?? "localhost"}${incoming.url ?? "/"}`,
      authorization: incoming.headers.authorization,
      body: await textOf(incoming),
      signal: gone.signal,
    });
    await send(reply, outgoing, gone.signal);
  } catch (error) {
    if (gone.signal.aborted) return;
    if (error instanceof ConnectionLost || outgoing.headersSent) incoming.socket.resetAndDestroy();
    else
      outgoing.writeHead(500, { "content-type": "text/plain" }).end(`The emulator failed: ${String(error)}`);
  }
}

async function textOf(incoming: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of incoming) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString("utf8");
}

async function send(reply: EmulatedResponse, outgoing: ServerResponse, signal: AbortSignal): Promise<void> {
  outgoing.writeHead(reply.status, { ...CORS, ...reply.headers });
  if (!reply.delivery) {
    outgoing.end(reply.body);
    return;
  }
  for await (const piece of bodyChunks(reply, signal)) {
    // Flushed before anything else happens, so that a connection is lost after this piece and not instead of it.
    await new Promise<void>((resolve) => outgoing.write(piece, () => resolve()));
  }
  outgoing.end();
}
