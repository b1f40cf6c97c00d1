/** A server that tries to fill the memory of its client. The first part of the path names the attack. */

import { createServer, type Server, type ServerResponse } from "node:http";
import type { Writable } from "node:stream";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const MB = 2 ** 20;

/** The part of a request that an attack needs. */
interface AttackedRequest {
  /** Number of texts or documents. */
  readonly items: number;
}

type Attack = (response: ServerResponse, request: AttackedRequest) => Promise<void> | void;

/** Repeats a text to one megabyte, or slightly more. */
function repeated(unit: string): Buffer {
  return Buffer.from(unit.repeat(Math.ceil(MB / unit.length)));
}

/** Waits until a stream accepts more data, or is closed. */
function drained(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off("drain", done).off("close", done);
      resolve();
    };
    stream.on("drain", done).on("close", done);
  });
}

/** Writes a chunk that many times, or until the client closes the connection. */
async function pour(
  response: ServerResponse,
  chunk: Buffer,
  times = Number.POSITIVE_INFINITY,
): Promise<void> {
  for (let time = 0; time < times && !response.destroyed; time++) {
    if (!response.write(chunk)) await drained(response);
  }
}

/** Sends `start`, then `unit` without an end. */
function endless(unit: string, { start = '{"data":[', status = 200, headers = {} } = {}): Attack {
  const chunk = repeated(unit);
  return async (response) => {
    response.writeHead(status, headers).write(start);
    await pour(response, chunk);
  };
}

/** Sends the same in gzip. It repeats a member of one megabyte, to a bomb of any size. */
function gzip(unit: string, { start = '{"data":[', status = 200, times = Infinity, end = "" } = {}): Attack {
  const [first, member, last] = [gzipSync(start), gzipSync(repeated(unit)), gzipSync(end)];
  return async (response) => {
    response.writeHead(status, { "content-encoding": "gzip" }).write(first);
    await pour(response, member, times);
    response.end(last);
  };
}

function brotli(unit: string, status = 200): Attack {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 2 };
  const bomb = brotliCompressSync(Buffer.concat(Array(96).fill(repeated(unit))), { params });
  return (response) => void response.writeHead(status, { "content-encoding": "br" }).end(bomb);
}

/** Sends one vector per text. */
function vectors(embedding: string): Attack {
  return async (response, { items }) => {
    response.writeHead(200).write('{"data":[');
    for (let index = 0; index < items && !response.destroyed; index++) {
      const item = `${index === 0 ? "" : ","}{"index":${index},"embedding":${embedding}}`;
      if (!response.write(item)) await drained(response);
    }
    response.end("]}");
  };
}

function base64Of(dimensions: number): string {
  return JSON.stringify(Buffer.from(new Float32Array(dimensions).fill(0.5).buffer).toString("base64"));
}

/** Sends valid vectors, and then spaces up to a size below the limit. */
function padded(megabytes: number): Attack {
  const member = gzipSync(repeated(" "));
  return async (response, { items }) => {
    const data = Array.from({ length: items }, (_, index) => ({ index, embedding: "AACAPwAAAEA=" }));
    response.writeHead(200, { "content-encoding": "gzip" }).write(gzipSync(JSON.stringify({ data })));
    await pour(response, member, megabytes);
    response.end();
  };
}

/** Stops in the middle of a body, and keeps the connection open. */
function stalled(megabytes: number): Attack {
  const member = gzipSync(repeated(" "));
  return async (response) => {
    response.writeHead(200, { "content-encoding": "gzip" });
    await pour(response, member, megabytes);
  };
}

/** Sends headers without an end. */
function longHeaders(): Attack {
  const chunk = Buffer.from(`x-filler: ${"a".repeat(8000)}\r\n`);
  return async ({ socket }) => {
    socket?.write("HTTP/1.1 200 OK\r\n");
    socket?.on("error", () => {});
    for (;;) {
      if (!socket || socket.destroyed) return;
      if (!socket.write(chunk)) await drained(socket);
    }
  };
}

const LONG = { "content-length": String(2 ** 31) };
const NUMBERED = Array.from({ length: 200_000 }, (_, key) => `"k${key}":1`).join();

/** All attacks on the client of `/embeddings`, by name. */
export const attacks: Readonly<Record<string, Attack>> = {
  "endless spaces": endless(" "),
  "endless spaces, gzip": gzip(" "),
  "96 MB of spaces, brotli": brotli(" "),
  "content-length of 2 GB, kept": endless(" ", { headers: LONG }),
  "1.07 GB": async (response) => {
    response.writeHead(200, { "content-length": String(1070 * MB) }).write('{"data":[');
    await pour(response, repeated("1,"), 1070);
  },
  "67 MB of nested lists, gzip": gzip("[", { start: "", times: 60 }),
  "nested objects, gzip": gzip('{"a":', { start: "", times: 60 }),
  "60 MB of empty objects, gzip": gzip("{},", { times: 60, end: "{}]}" }),
  "60 MB of numbers, gzip": gzip("0,", { times: 60, end: "0]}" }),
  "60 MB of keys, gzip": gzip(`${NUMBERED},`, { start: '{"data":[],', times: 20, end: '"z":1}' }),
  "2 MB of nested lists": async (response) =>
    response.end("[".repeat(MB - 10) + "]".repeat(MB - 10)) && undefined,
  "60 MB of tiny base64 vectors, gzip": gzip('{"index":0,"embedding":"AACAPw=="},', {
    times: 60,
    end: "{}]}",
  }),
  "60 MB in one string, gzip": gzip("a", { start: '{"id":"', times: 60, end: '","data":[]}' }),
  "60 MB in one string of two bytes a character, gzip": gzip("Ā", { start: '{"id":"', times: 30, end: '"}' }),
  "60 MB that are not JSON, gzip": gzip("a", { start: "", times: 60 }),
  "60 MB of an open JSON, gzip": gzip("[{", { start: "", times: 60 }),
  "a huge usage, gzip": gzip("9", { start: '{"data":[],"usage":{"total_tokens":', times: 60, end: "}}" }),
  "vectors of 700,000 floats": vectors(`[${"0.5,".repeat(699_999)}0.5]`),
  "vectors of 700,000 numbers in base64": vectors(base64Of(700_000)),
  "vectors of 16,384 floats": vectors(`[${"0.5,".repeat(16_383)}0.5]`),
  "vectors of 16,384 numbers in base64": vectors(base64Of(16_384)),
  "30 MB of spaces after valid vectors, gzip": padded(30),
  "16 responses that stall at 60 MB, gzip": stalled(60),
  "endless headers": longHeaders(),
  "endless error body, 400": endless("a", { start: "", status: 400 }),
  "endless error body, 429": endless("a", { start: "", status: 429 }),
  "endless error body, 500, gzip": gzip("a", { start: "", status: 500 }),
  "error body of 96 MB, 503, brotli": brotli("a", 503),
  "endless error body, 600": endless("a", { start: "", status: 600 }),
  "endless error body, 999, gzip": gzip("a", { start: '{"error":"', status: 999 }),
};

/** Starts the server. The first part of a path is the name of the attack; `/ok` responds correctly. */
export async function startHostileServer(): Promise<{ url: (attack: string) => string; server: Server }> {
  const server = createServer((request, response) => {
    const [, name = ""] = (request.url ?? "").split("/").map((part) => decodeURIComponent(part));
    for (const stream of [request, response]) stream.on("error", () => {});
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => (body += text));
    request.on("end", () => {
      const { input, documents } = JSON.parse(body) as { input?: string[] | string; documents?: string[] };
      const items = [input ?? documents ?? []].flat().length;
      void (attacks[name] ?? vectors('"AACAPwAAAEA="'))(response, { items });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return { server, url: (attack) => `http://127.0.0.1:${port}/${encodeURIComponent(attack)}/v1` };
}
