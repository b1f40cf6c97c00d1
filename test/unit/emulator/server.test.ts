import { request as nodeRequest } from "node:http";
import Together from "together-ai";
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  createEmulator,
  type Emulator,
  type EmulatorOptions,
  type EmulatorServer,
} from "../../../src/emulator/index.js";
import { EMBEDDING, cosine, type EmbeddingsJson } from "./support.js";

const REQUEST = {
  method: "POST",
  headers: { authorization: "Bearer key" },
  body: JSON.stringify({ model: EMBEDDING, input: ["one", "two"] }),
};

let server: EmulatorServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function start(options?: EmulatorOptions): Promise<{ emulator: Emulator; url: string }> {
  const emulator = createEmulator(options);
  server = await emulator.listen();
  return { emulator, url: server.url };
}

function askDirectly({ fetch: direct }: Emulator): Promise<Response> {
  return direct("https://api.together.ai/v1/embeddings", REQUEST);
}

function ask(url: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${url}/embeddings`, { ...REQUEST, ...init });
}

describe("listen()", () => {
  it("returns a base URL on this machine, with a free port", async () => {
    const { url } = await start();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1$/);
    expect(new URL(url).port).toBe(String(server?.port));
  });

  it("listens on this machine only unless a host is named", async () => {
    for (const options of [undefined, {}, { host: undefined } as never]) {
      server = await createEmulator().listen(options);
      expect(new URL(server.url).hostname).toBe("127.0.0.1");
      await server.close();
    }
  });

  it.each<[object | null, RegExp]>([
    [{ host: "" }, /^Cannot listen: `host` is empty; write it like "127.0.0.1"/],
    [{ host: "http://localhost" }, /^Cannot listen: `host` is not a host name or an address; /],
    [{ host: "localhost:8080" }, /^Cannot listen: `host` is not a host name or an address; /],
    [{ host: 127 }, /^Cannot listen: `host` is 127; it must be a string/],
    [
      { prot: 8080, port: 0 },
      /^Cannot listen: `prot` is not an option; it takes port, host, cors, allowedHosts/,
    ],
    [{ allowedHost: ["a"] }, /^Cannot listen: `allowedHost` is not an option; did you mean `allowedHosts`\?/],
    [{ port: 65_536 }, /^Cannot listen: `port` is 65536; it must be a whole number, from 0 to 65535/],
    [{ port: "8080" }, /^Cannot listen: `port` is a string; /],
    [{ cors: "*" }, /^Cannot listen: `cors` is a string; it must be true or false/],
    [{ allowedHosts: "emulator" }, /^Cannot listen: `allowedHosts` is a string; it must be an array/],
    [{ allowedHosts: ["*"] }, /^Cannot listen: `allowedHosts\[0\]` is not a host name/],
    [null, /^Cannot listen: the options are null; it must be an object/],
  ])("rejects the options %j", async (options, sentence) => {
    const failure = await createEmulator()
      .listen(options as never)
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: "invalid_option",
      message: expect.stringMatching(sentence) as string,
    });
  });

  it("rejects a body with a 413 as soon as it is too large, while the client still sends it", async () => {
    const { emulator, url } = await start({ maxBodyBytes: 1000 });
    const outgoing = nodeRequest(`${url}/embeddings`, {
      method: "POST",
      headers: { authorization: "Bearer key" },
    });
    const status = new Promise((resolve) =>
      outgoing.once("response", (response) => resolve(response.resume().statusCode)),
    );
    outgoing.write("x".repeat(1001));
    expect(await status).toBe(413);
    outgoing.destroy();
    expect(emulator.requests[0]).toMatchObject({ path: "/v1/embeddings", status: 413 });
  });

  it("sends a 413 that a client can read after its whole body", async () => {
    const { url } = await start({ maxBodyBytes: 1000 });
    expect((await ask(url, { body: "x".repeat(3_000_000) })).status).toBe(413);
    expect((await ask(url)).status).toBe(200);
  });

  it("accepts 2,048 texts of 16,000 characters by default", async () => {
    const { emulator, url } = await start({ embed: (texts) => texts.map(() => [1]), keepBodies: false });
    const body = JSON.stringify({
      model: EMBEDDING,
      input: Array.from({ length: 2048 }, () => "x".repeat(16_000)),
    });
    expect((await ask(url, { body })).status).toBe(200);
    expect(emulator.totals.texts).toBe(2048);
    expect((await ask(url, { body: body + " ".repeat(2 ** 25 - body.length + 1) })).status).toBe(413);
  });

  it("returns the same responses as the emulator's fetch", async () => {
    const { emulator, url } = await start();
    const [near, far] = [await ask(url), await askDirectly(emulator)];
    expect(await far.json()).toEqual(await near.json());
    expect(emulator.requests).toHaveLength(2);
    expect(emulator.requests[0]).toMatchObject({
      origin: new URL(url).origin,
      path: "/v1/embeddings",
      status: 200,
    });
  });

  it("sends the server's date, not this machine's", async () => {
    const { url } = await start({ clockSkew: 86_400_000 });
    const date = Date.parse((await ask(url)).headers.get("date") ?? "");
    expect(Math.abs(date - Date.now() - 86_400_000)).toBeLessThan(10_000);
  });

  it("serves the official client", async () => {
    const { url } = await start();
    const client = new Together({ apiKey: "key", baseURL: url });
    const { data } = await client.embeddings.create({
      model: EMBEDDING,
      input: ["cats eat fish", "fish cats eat"],
    });
    expect(cosine(data[0]?.embedding ?? [], data[1]?.embedding ?? [])).toBeGreaterThan(0.8);
  });

  it("rejects invalid requests with the API's statuses", async () => {
    const { url } = await start();
    expect((await ask(url, { headers: {} })).status).toBe(401);
    expect((await ask(url, { body: "{" })).status).toBe(400);
    expect((await fetch(`${url}/nothing`)).status).toBe(404);
  });

  it("decodes multi-byte characters that are split between chunks", async () => {
    const { emulator, url } = await start();
    const outgoing = nodeRequest(`${url}/embeddings`, {
      method: "POST",
      headers: { authorization: "Bearer key" },
    });
    const bytes = Buffer.from(JSON.stringify({ model: EMBEDDING, input: "語語語" }));
    for (const byte of bytes) outgoing.write(Buffer.of(byte));
    const status = new Promise((resolve) =>
      outgoing.once("response", (response) => resolve(response.resume().statusCode)),
    );
    outgoing.end();
    expect(await status).toBe(200);
    expect(emulator.requests[0]?.body).toEqual({ model: EMBEDDING, input: "語語語" });
  });

  it("destroys the socket for the fault reset", async () => {
    const { url } = await start({ faults: ["reset"] });
    await expect(ask(url)).rejects.toMatchObject({ message: "fetch failed", cause: { code: "ECONNRESET" } });
    expect((await ask(url)).status).toBe(200);
  });

  it("destroys the socket in the middle of a body for the fault cut", async () => {
    const { url } = await start({ faults: ["cut"] });
    const response = await ask(url);
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow("terminated");
  });

  it("ends the response in the middle of a body for the fault half", async () => {
    const { url } = await start({ faults: ["half"] });
    const text = await (await ask(url)).text();
    expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
  });

  it("spreads a body over bodyDuration milliseconds", async () => {
    const { url } = await start({ faults: [{ bodyDuration: 60 }] });
    const before = performance.now();
    expect(((await (await ask(url)).json()) as EmbeddingsJson).data).toHaveLength(2);
    expect(performance.now() - before).toBeGreaterThanOrEqual(50);
  });

  it("detects that a client aborts, in every state", async () => {
    const { emulator, url } = await start({ faults: ["hang", { delay: 60_000 }, "endless"] });
    for (const _ of ["hang", "delay"]) {
      const stop = new AbortController();
      const response = ask(url, { signal: stop.signal });
      await vi.waitFor(() => expect(emulator.inFlight).toBe(1));
      stop.abort(new Error("enough"));
      await expect(response).rejects.toThrow("enough");
      await vi.waitFor(() => expect(emulator.inFlight).toBe(0));
    }
    expect(emulator.requests.map(({ aborted }) => aborted)).toEqual([true, true]);
    const stop = new AbortController();
    const endless = await ask(url, { signal: stop.signal });
    stop.abort(new Error("enough"));
    // Node 20 rejects with its own error here, not with the signal's reason.
    await expect(endless.text()).rejects.toThrow(/abort|enough/);
  });

  it("closes connections in flight, and frees its port", async () => {
    const { emulator, url } = await start({ faults: ["hang"] });
    const response = ask(url).catch((error: unknown) => error);
    await vi.waitFor(() => expect(emulator.inFlight).toBe(1));
    await server?.close();
    expect(await response).toMatchObject({ message: "fetch failed" });
    await expect(ask(url)).rejects.toMatchObject({ cause: { code: "ECONNREFUSED" } });
  });

  it("rejects if the port is in use", async () => {
    const { emulator } = await start();
    const port = server?.port ?? 0;
    await expect(emulator.listen({ port })).rejects.toMatchObject({ code: "EADDRINUSE" });
  });

  it("responds with the error of an option that throws", async () => {
    const options: EmulatorOptions = {
      embed: () => {
        throw new Error("no model loaded");
      },
    };
    const response = await ask((await start(options)).url);
    expect([response.status, await response.text()]).toEqual([
      500,
      "The emulator failed: Error: no model loaded",
    ]);
    await expect(askDirectly(createEmulator(options))).rejects.toThrow("no model loaded");
  });
});
