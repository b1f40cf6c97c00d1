import { Readable } from "node:stream";
import Together from "together-ai";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Embedder, type EmbedderOptions, type TogetherError } from "../../../../src/index.js";
import { bench, KEY, plain, rejection, vectorOf } from "../../../support/emulate.js";
import { see } from "../../../support/error-message.js";
import { freshKey } from "../../../support/wire.js";

const data = [{ object: "embedding", index: 0, embedding: vectorOf("a") }];
const BODY = JSON.stringify({ object: "list", model: "m", data });

/** Returns a response like node-fetch's, whose body is a stream of Node. */
function nodeFetchResponse(status: number, text: string, headers: Record<string, string> = {}): Response {
  const body = Readable.from([Buffer.from(text)]);
  const read = async (): Promise<Buffer> => Buffer.concat(await body.toArray());
  const arrayBuffer = async (): Promise<ArrayBuffer> => Uint8Array.from(await read()).buffer;
  const response = { status, ok: status < 300, headers: new Headers(headers), body, arrayBuffer };
  return { ...response, text: async () => (await read()).toString() } as unknown as Response;
}

async function errorOf(options: Partial<EmbedderOptions>): Promise<TogetherError> {
  return (await rejection(bench().embedder(options).embed(["a"]))) as TogetherError;
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("custom fetch whose bodies are streams of Node", () => {
  it("embeds texts with one request", async () => {
    const fetch = vi.fn<() => Promise<Response>>(async () => nodeFetchResponse(200, BODY));
    const { vectors } = await bench().embedder({ fetch }).embed(["a"]);
    expect(plain(vectors)).toEqual([vectorOf("a")]);
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  it("embeds texts as the fetch of a custom client", async () => {
    const fetch = vi.fn<typeof globalThis.fetch>(async () => nodeFetchResponse(200, BODY));
    const client = new Together({ apiKey: freshKey(), baseURL: "https://here.example/v1", fetch });
    const { vectors } = await new Embedder({ model: "m", client }).embed(["a"]);
    expect(plain(vectors)).toEqual([vectorOf("a")]);
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  it("reads the status and the message of an error response", async () => {
    const text = JSON.stringify({ error: { message: "no such parameter" } });
    const error = await errorOf({ fetch: async () => nodeFetchResponse(400, text) });
    expect(error).toMatchObject({ code: "bad_request", status: 400 });
    expect(error.message).toContain("Together responded with 400");
  });

  it("rejects a redirect", async () => {
    const error = await errorOf({
      fetch: async () => nodeFetchResponse(302, "", { location: "/elsewhere" }),
    });
    expect(error).toMatchObject({ code: "redirected" });
  });
});

describe("custom fetch that returns no Response", () => {
  const mocks: [string, unknown, string][] = [
    ["{ ok, json }", { ok: true, json: async () => ({}) }, "`status`, `headers`, `arrayBuffer()`"],
    ["{ ok, status, json }", { ok: true, status: 200, json: async () => ({}) }, "`headers`, `arrayBuffer()`"],
    [
      "{ ok: false, status: 500, json }",
      { ok: false, status: 500, json: async () => ({}) },
      "`headers`, `text()`",
    ],
    ["headers as a plain object", Object.assign(nodeFetchResponse(200, BODY), { headers: {} }), "`headers`"],
    ["no ok", Object.assign(nodeFetchResponse(200, BODY), { ok: undefined }), "`ok`"],
    ["status 0", Response.error(), "`status`"],
    ["undefined", undefined, "`status`, `ok`, `headers`, `arrayBuffer()`"],
    ["null", null, "`status`, `ok`, `headers`, `arrayBuffer()`"],
    ["a string", BODY, "`status`, `ok`, `headers`, `arrayBuffer()`"],
    ["parsed JSON", JSON.parse(BODY), "`status`, `ok`, `headers`, `arrayBuffer()`"],
  ];

  it.each(mocks)("causes an error without a retry: %s", async (_, returned, missing) => {
    const fetch = vi.fn<() => Promise<Response>>(async () => returned as Response);
    const error = await errorOf({ fetch });
    expect(error).toMatchObject({
      code: "invalid_option",
      attempts: 1,
      message: `Cannot embed 1 text with "me/embedding": your \`fetch\` returned no Response: it has no ${missing}; return a Response, such as \`Response.json(body)\`${see("invalid_option")}`,
    });
    expect(fetch).toHaveBeenCalledTimes(1);
  });
});

describe("global fetch", () => {
  it.each([undefined, null, "fetch", {}])(
    "causes an error that names the global fetch if it is %j",
    async (fetch) => {
      vi.stubGlobal("fetch", fetch);
      const error = await errorOf({ fetch: undefined });
      expect(error).toMatchObject({
        code: "invalid_option",
        attempts: 1,
        message: `Cannot embed 1 text with "me/embedding": there is no global \`fetch\`; pass the option \`fetch\`, or use a runtime or a test environment that has one${see("invalid_option")}`,
      });
    },
  );

  it("is used if it appears after the first call", async () => {
    vi.stubGlobal("fetch", undefined);
    const embedder = new Embedder({ model: "m", apiKey: freshKey() });
    expect(await rejection(embedder.embed(["a"]))).toMatchObject({ code: "invalid_option" });
    vi.stubGlobal("fetch", async () => new Response(BODY));
    expect(plain((await embedder.embed(["a"])).vectors)).toEqual([vectorOf("a")]);
  });

  it("causes an error that names the global fetch for a programming error", async () => {
    vi.stubGlobal("fetch", () => {
      throw new ReferenceError("of a mock");
    });
    const { message } = await errorOf({ fetch: undefined });
    expect(message).toContain("the global `fetch` threw a ReferenceError;");
  });
});

describe("programming error outside of a custom fetch", () => {
  it("is not retried in a custom client, nor reported as a lost connection", async () => {
    const create = vi.fn<() => never>(() => {
      throw new TypeError("of the client");
    });
    const client = { apiKey: KEY, baseURL: "https://here.example/v1", embeddings: { create }, rerank: {} };
    const error = await errorOf({ apiKey: undefined, fetch: undefined, client: client as never });
    expect(error).toMatchObject({ code: "invalid_option", attempts: 1 });
    expect(error.message).toContain("your `client` threw a TypeError;");
    expect(create).toHaveBeenCalledTimes(1);
  });

  it("is not retried while a body is read, which is billed already", async () => {
    const body = new ReadableStream({
      pull: () => {
        throw new ReferenceError("of a mock");
      },
    });
    const fetch = vi.fn<() => Promise<Response>>(async () => new Response(body));
    const error = await errorOf({ fetch });
    expect(error).toMatchObject({ code: "invalid_option", attempts: 1 });
    expect(error.message).toContain("reading the response threw a ReferenceError;");
  });

  it("causes an error that names the missing part of fetch", async () => {
    vi.stubGlobal("Headers", undefined);
    const error = await errorOf({ fetch: async () => new Response(BODY) });
    expect(error.code).toBe("invalid_option");
    expect(error.message).toMatch(/sending the request threw a \w+;/);
  });
});

describe("failed call without a response", () => {
  it("is not taken for a response of the server", async () => {
    const thrown: Error[] = [new ReferenceError("of a mock")];
    const fetch = vi.fn<() => Promise<Response>>(() =>
      Promise.reject(thrown.pop() ?? { code: "ECONNREFUSED" }),
    );
    vi.spyOn(Math, "random").mockReturnValue(0);
    const embedder = bench().embedder({ fetch, maxRetries: 2 });
    expect(await rejection(embedder.embed(["a"]))).toMatchObject({ code: "invalid_option" });
    // Requests to an address that has never responded fail after `maxRetries`, not after `retryDeadline`.
    expect(await rejection(embedder.embed(["a"]))).toMatchObject({ code: "connection_failed", attempts: 3 });
    vi.restoreAllMocks();
  });
});
