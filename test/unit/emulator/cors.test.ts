import { request as nodeRequest, type OutgoingHttpHeaders } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import {
  createEmulator,
  type Emulator,
  type EmulatorServer,
  type ListenOptions,
} from "../../../src/emulator/index.js";
import { EMBEDDING } from "./support.js";

const PAGE = "http://localhost:5173";

let emulator: Emulator;
let server: EmulatorServer;
afterEach(() => server.close());

async function start(options?: ListenOptions): Promise<void> {
  emulator = createEmulator();
  server = await emulator.listen(options);
}

/** Sends a request like a page. Unlike browsers, Node's client can set every header. */
function ask(
  headers: OutgoingHttpHeaders,
  method = "POST",
): Promise<{ status: number | undefined; headers: NodeJS.Dict<string | string[]>; text: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = nodeRequest(`${server.url}/embeddings`, {
      method,
      headers: { authorization: "Bearer key", ...headers },
    });
    outgoing.once("error", reject);
    outgoing.once("response", (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk) => (text += chunk));
      response.once("end", () => resolve({ status: response.statusCode, headers: response.headers, text }));
    });
    outgoing.end(method === "POST" ? JSON.stringify({ model: EMBEDDING, input: "a text" }) : undefined);
  });
}

const PREFLIGHT = {
  "access-control-request-method": "POST",
  "access-control-request-headers": "authorization,content-type,x-stainless-os",
};

describe("CORS of listen()", () => {
  it("allows all requested headers of a preflight, without a key and without a log entry", async () => {
    await start();
    const response = await ask({ origin: PAGE, ...PREFLIGHT }, "OPTIONS");
    expect(response.status).toBe(204);
    expect(response.headers).toMatchObject({
      "access-control-allow-origin": PAGE,
      "access-control-allow-methods": "GET, POST",
      "access-control-allow-headers": "authorization,content-type,x-stainless-os",
      vary: "origin",
    });
    expect(emulator.requests).toEqual([]);
  });

  it.each([
    ["a response", "Bearer key", 200],
    ["an error", "none", 401],
  ])("exposes %s and all its headers to pages on this machine", async (_, authorization, status) => {
    await start();
    const response = await ask({ origin: PAGE, authorization });
    expect(response.status).toBe(status);
    expect(response.headers["access-control-allow-origin"]).toBe(PAGE);
    expect(response.headers["access-control-expose-headers"]).toBe("*");
  });

  it.each(["https://localhost", "http://app.localhost:3000", "http://127.0.0.1:80", "http://[::1]:5173"])(
    "allows the page %s",
    async (origin) => {
      await start();
      expect((await ask({ origin })).status).toBe(200);
    },
  );

  it.each([
    "https://evil.example",
    "null",
    "http://localhost.evil.example",
    "http://127.0.0.1.evil.example",
    "http://evil.example/localhost",
    "http://localhost@evil.example",
    "http://192.168.0.7",
    "file://localhost",
    "chrome-extension://localhost",
    "",
  ])("rejects a request and a preflight of the page %j with a 403", async (origin) => {
    await start();
    for (const response of [await ask({ origin }), await ask({ origin, ...PREFLIGHT }, "OPTIONS")]) {
      expect(response.status).toBe(403);
      expect(response.headers).not.toHaveProperty("access-control-allow-origin");
      expect(response.text).toContain("listen({ cors: true })");
    }
    expect(emulator.requests).toEqual([]);
  });

  it("sends no CORS headers to clients that are no pages", async () => {
    await start();
    expect(Object.keys((await ask({})).headers).filter((name) => /^access|^vary/.test(name))).toEqual([]);
  });

  it("allows pages of any origin with the option cors", async () => {
    await start({ cors: true });
    const response = await ask({ origin: "https://any.example" });
    expect([response.status, response.headers["access-control-allow-origin"]]).toEqual([200, "*"]);
    expect((await ask({ origin: "null", ...PREFLIGHT }, "OPTIONS")).status).toBe(204);
  });
});

describe("the Host header of listen()", () => {
  it.each([
    "localhost",
    "LOCALHOST:80",
    "api.localhost",
    "localhost.",
    "127.0.0.1",
    "127.9.9.9:1",
    "[::1]:8080",
    "0x7f.1",
  ])("accepts %s", async (host) => {
    await start();
    expect((await ask({ host })).status).toBe(200);
  });

  it.each([
    "evil.example",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "192.168.0.7:8080",
    "0.0.0.0",
    "[2001:db8::1]",
  ])("rejects %s with a 403 that names the option", async (host) => {
    await start();
    const response = await ask({ host });
    expect([response.status, emulator.requests.length]).toEqual([403, 0]);
    expect(response.text).toContain("listen({ allowedHosts: [");
  });

  it.each([
    "[",
    "a b",
    "localhost/evil",
    "evil@localhost",
    "localhost#",
    "localhost?x",
    "local\\host",
    "localhost:99999",
    "*",
  ])("rejects %j with a 400", async (host) => {
    await start();
    expect((await ask({ host })).status).toBe(400);
  });

  it("accepts and serves pages of the names in allowedHosts", async () => {
    await start({ allowedHosts: ["Emulator", "192.168.0.7"] });
    expect((await ask({ host: "emulator:8080", origin: "http://emulator:3000" })).status).toBe(200);
    expect((await ask({ host: "192.168.0.7:8080" })).status).toBe(200);
    expect((await ask({ host: "other" })).status).toBe(403);
  });

  it("accepts every address, but no other name and page, if other machines reach the server", async () => {
    await start({ host: "0.0.0.0" });
    expect((await ask({ host: "192.168.0.7:8080" })).status).toBe(200);
    expect((await ask({ host: "evil.example" })).status).toBe(403);
    expect((await ask({ host: "127.0.0.1", origin: "http://192.168.0.9" })).status).toBe(403);
  });
});
