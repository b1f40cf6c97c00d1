import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { errorsOf, listOf, object } from "../../core/options/nested-options.js";
import {
  boolean,
  checkString,
  integer,
  type Option,
  type OptionTable,
} from "../../core/options/option-types.js";
import { ApiError } from "../api-error.js";
import { ConnectionLost, bodyChunks, type EmulatedResponse } from "../response.js";
import { Access, preflight } from "./access.js";
import { hostNameAlone } from "./host-name.js";
import { readBody } from "./read-body.js";
import type { Service } from "./service.js";

/** Options of `listen()`. */
export interface ListenOptions {
  /** Port, 0 to 65,535; 0 for a free one. @defaultValue 0 */
  readonly port?: number;
  /**
   * Address to listen on, or its name; not empty. The default is reachable from this machine only. With another, such
   * as `"0.0.0.0"`, `"::"` or the address of a network, every machine that reaches it can use the emulator.
   *
   * @defaultValue "127.0.0.1"
   */
  readonly host?: string;
  /**
   * Whether web pages of any origin may use the server. Otherwise only pages on this machine may (`localhost`,
   * `127.0.0.1`, `[::1]`), and pages of `host` and of `allowedHosts`; others get a 403.
   *
   * @defaultValue false
   */
  readonly cors?: boolean;
  /**
   * Further host names under which clients reach the server, such as the name of its container. Requests to other names
   * get a 403, because the owner of a name can point it at your machine (DNS rebinding). `localhost` and `host` are
   * always allowed; so are IP addresses if `host` is reachable from other machines.
   *
   * @defaultValue none
   */
  readonly allowedHosts?: readonly string[];
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

const listenOptions = object<ListenOptions>({
  port: integer({ min: 0, max: 65_535 }),
  host: { check: checkHost, default: () => undefined },
  cors: boolean(),
  allowedHosts: listOf<string>(checkHost),
} satisfies OptionTable<ListenOptions>);

/** Node treats an empty host as every address of the machine. An empty shell variable does not mean that. */
function checkHost(...[value, name, error]: Parameters<Option<string>["check"]>): string {
  const given = checkString(value, name, error);
  if (hostNameAlone(given) !== undefined) return given;
  throw error(
    `\`${name}\` is ${given === "" ? "empty" : "not a host name or an address"}`,
    'write it like "127.0.0.1" or "my-container", without a scheme and a port',
  );
}

/**
 * Starts the server. Requires Node, Deno or Bun; nothing else of the emulator imports `node:http`.
 *
 * @throws {TogetherError} `invalid_option`.
 */
export async function listen(service: Service, options: ListenOptions = {}): Promise<EmulatorServer> {
  listenOptions.check(options, "", errorsOf("listen"));
  const { port = 0, host = "127.0.0.1", cors = false, allowedHosts = [] } = options;
  const { createServer } = (await import(/* @vite-ignore */ NODE_HTTP)) as typeof import("node:http");
  const server = createServer();
  // Longer than clients keep idle connections: a connection that the server closes first looks like a fault.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const { address, family, port: actualPort } = server.address() as AddressInfo;
  const access = new Access({ host, cors, allowedHosts }, address);
  server.on("request", (incoming, outgoing) => void serve(service, access, incoming, outgoing));
  const name = family === "IPv6" ? `[${address}]` : address;
  return { url: `http://${name}:${actualPort}/v1`, port: actualPort, close: () => close(server) };
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function serve(
  service: Service,
  access: Access,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const closed = new AbortController();
  outgoing.once("close", () => closed.abort());
  try {
    await respond(service, access, incoming, outgoing, closed.signal);
  } catch (error) {
    if (closed.signal.aborted) return;
    if (error instanceof ConnectionLost || outgoing.headersSent) incoming.socket.resetAndDestroy();
    else sendFailure(error, outgoing);
  }
}

async function respond(
  service: Service,
  access: Access,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const { method = "GET", url = "/", headers } = incoming;
  access.check(headers, url);
  for (const [name, value] of Object.entries(access.corsHeaders(headers.origin))) {
    outgoing.setHeader(name, value);
  }
  if (method === "OPTIONS") {
    outgoing.writeHead(204, preflight(headers)).end();
    return;
  }
  const response = await service.handle({
    ...(await readBody(incoming, service.maxBodyBytes)),
    method,
    url: `http://${headers.host ?? "localhost"}${url}`,
    authorization: headers.authorization,
    signal,
  });
  await send(response, outgoing, signal);
}

async function send(
  response: EmulatedResponse,
  outgoing: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  outgoing.writeHead(response.status, response.headers);
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

/** Rejects the request, or shows the developer an error that their own option threw. */
function sendFailure(error: unknown, outgoing: ServerResponse): void {
  if (error instanceof ApiError) {
    const { status, headers, body } = error.toResponse("none");
    outgoing.writeHead(status, headers).end(body);
    return;
  }
  outgoing.writeHead(500, { "content-type": "text/plain" }).end(`The emulator failed: ${String(error)}`);
}
