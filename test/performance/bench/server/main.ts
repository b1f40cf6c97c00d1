/**
 * The server, in a separate process. It is much faster than any client, so that the benchmark measures the client.
 *
 * `PUT /gate` starts a client's run, `GET /gate` returns its totals. Requests with the key "warm-up" have no limits and
 * are not counted.
 */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { ApiError } from "../../../../src/emulator/api-error.js";
import { embeddingsBody, rerankBody } from "./answers.js";
import { Gate, type ServerSettings } from "./gate.js";

const OPEN: ServerSettings = { latency: 0 };

let gate = new Gate(OPEN);

interface Request {
  readonly model: string;
  readonly input?: string | string[];
  readonly encoding_format?: string;
  readonly documents?: string[];
}

const server = createServer((incoming, outgoing) => {
  // A client that is killed leaves requests in flight.
  serve(incoming, outgoing).catch(() => outgoing.destroy());
});
server.keepAliveTimeout = 120_000;
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo;
  process.send?.(`http://127.0.0.1:${port}`);
});
process.once("disconnect", () => process.exit());

async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const text = await textOf(incoming);
  if (incoming.url !== "/gate") return api(incoming, text, outgoing);
  if (incoming.method === "PUT") gate = new Gate(JSON.parse(text) as ServerSettings);
  send(outgoing, 200, Buffer.from(JSON.stringify(gate.totals)));
}

async function api({ headers }: IncomingMessage, text: string, outgoing: ServerResponse): Promise<void> {
  const request = JSON.parse(text) as Request;
  const texts = request.documents ?? [request.input ?? []].flat();
  const passed = headers.authorization === "Bearer warm-up" ? new Gate(OPEN) : gate;
  try {
    const body = await passed.pass(request.model, texts, () =>
      request.documents
        ? rerankBody(request.model, texts)
        : embeddingsBody(request.model, texts, request.encoding_format === "base64"),
    );
    send(outgoing, 200, body);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const { status, headers: extra, body } = error.toResponse("bench");
    send(outgoing, status, Buffer.from(body), extra);
  }
}

function send(
  outgoing: ServerResponse,
  status: number,
  body: Buffer,
  headers: Readonly<Record<string, string>> = {},
): void {
  outgoing.writeHead(status, {
    ...headers,
    "content-type": "application/json",
    "content-length": body.byteLength,
  });
  outgoing.end(body);
}

async function textOf(incoming: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of incoming) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString();
}
