import Together from "together-ai";
import { afterEach, describe, expect, it, vi } from "vitest";
import { resolveEmbedder } from "../../../../src/core/options/resolve-options.js";
import type { RequestError } from "../../../../src/core/request/request-error.js";
import { TogetherClient } from "../../../../src/core/request/together-client.js";
import { embeddingsRequest } from "../../../../src/core/request/wire.js";
import type { EmbedderOptions, TogetherError } from "../../../../src/index.js";
import { bench, KEY, plain, rejection, texts, vectorOf } from "../../../support/emulate.js";

type Sent = ReturnType<TogetherClient["send"]>;

/** Sends one request for the vector of a text. */
function send(
  options: Partial<EmbedderOptions>,
  { text = "a", signal = new AbortController().signal, headers = {} } = {},
): Sent {
  const client = new TogetherClient(resolveEmbedder({ model: "m", ...options }, "Embedder"));
  const call = { path: "/embeddings", body: embeddingsRequest("m", [text], true) } as const;
  return client.send(call, { maxBytes: 10_000 }, signal, headers);
}

/** Returns the failure of a request. */
async function failureOf(sent: Sent): Promise<RequestError["failure"]> {
  return ((await rejection(sent)) as RequestError).failure;
}

/** Creates the `client` of a user whose requests fail. */
function failing(thrown: object): Together {
  const create = (): object => ({ asResponse: () => Promise.reject(thrown) });
  const client = { apiKey: KEY, baseURL: "https://here.example/v1", embeddings: { create }, rerank: {} };
  return client as never;
}

/** Returns the error of a call with a custom `fetch` and without retries. */
async function errorFor(fetch: () => Promise<Response>): Promise<TogetherError> {
  return (await rejection(bench().embedder({ fetch, maxRetries: 0 }).embed(["a"]))) as TogetherError;
}

function bodyFor(list: readonly string[]): string {
  const data = list.map((text, index) => ({ object: "embedding", index, embedding: vectorOf(text) }));
  return JSON.stringify({ object: "list", model: "m", data });
}

/** Creates a body that arrives in chunks of a length. */
function inChunks(body: string, length: number): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(body);
  return new ReadableStream({
    start(controller) {
      for (let start = 0; start < bytes.length; start += length) {
        controller.enqueue(bytes.slice(start, start + length));
      }
      controller.close();
    },
  });
}

const UUID = "8f14e45f-ceea-467f-a0e6-1d2f5c0b7a91";
const CF_RAY = "9caaf3b18fbbc2d1-FRA";

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("TogetherClient: requests", () => {
  it('sets `redirect: "manual"`, and logs nothing when TOGETHER_LOG is set', async () => {
    vi.stubEnv("TOGETHER_LOG", "debug");
    const logs = (["debug", "info", "log", "warn", "error"] as const).map((level) =>
      vi.spyOn(console, level).mockReturnValue(),
    );
    const fetch = vi.fn<typeof globalThis.fetch>(async () => new Response(bodyFor(["a"])));
    await bench().embedder({ fetch }).embed(["a"]);
    expect(fetch.mock.calls[0]?.[1]).toMatchObject({ redirect: "manual" });
    expect(logs.flatMap(({ mock }) => mock.calls)).toEqual([]);
    vi.restoreAllMocks();
  });

  it.each([
    ["the configured key", (fetch: typeof globalThis.fetch) => ({ apiKey: KEY, fetch })],
    [
      "the key of a custom client",
      (fetch: typeof globalThis.fetch) => ({ client: new Together({ apiKey: KEY, fetch }) }),
    ],
  ])("sends %s and JSON, whatever headers a call adds", async (_, optionsFor) => {
    const fetch = vi.fn<typeof globalThis.fetch>(async () => new Response(bodyFor(["a"])));
    const headers = { authorization: "Bearer another", "Content-Type": "text/plain", "x-trace": "12" };
    await send(optionsFor(fetch), { headers });
    const sent = new Headers(fetch.mock.calls[0]?.[1]?.headers);
    expect(["authorization", "content-type", "x-trace"].map((name) => sent.get(name))).toEqual([
      `Bearer ${KEY}`,
      "application/json",
      "12",
    ]);
  });

  it("sends the configured key, whatever TOGETHER_CUSTOM_HEADERS contains", async () => {
    vi.stubEnv("TOGETHER_CUSTOM_HEADERS", "authorization: Bearer another");
    const fetch = vi.fn<typeof globalThis.fetch>(async () => new Response(bodyFor(["a"])));
    await send({ apiKey: KEY, fetch });
    expect(new Headers(fetch.mock.calls[0]?.[1]?.headers).get("authorization")).toBe(`Bearer ${KEY}`);
  });

  it("rejects with the reason of the signal that aborts it", async () => {
    const reason = new Error("of the caller");
    const aborted = new AbortController();
    const fetch = (): Promise<Response> => {
      aborted.abort(reason);
      return new Promise(() => {});
    };
    expect(await rejection(send({ apiKey: KEY, fetch }, { signal: aborted.signal }))).toBe(reason);
  });
});

describe("TogetherClient: responses", () => {
  it("reads responses in any number of chunks, short after long ones, and one of more than 4 MB", async () => {
    const lists = [texts(40, "first"), texts(2, "second"), texts(64, "third"), texts(1, "fourth")];
    let responses = 0;
    const fetch = async (): Promise<Response> => {
      const list = lists[responses++] ?? [];
      const blanks = " ".repeat(list.length === 64 ? 5_000_000 : 0);
      return new Response(inChunks(bodyFor(list) + blanks, list.length === 64 ? 100_000 : 17));
    };
    for (const list of lists) {
      const { vectors } = await bench().embedder({ fetch }).embed(list);
      expect(plain(vectors)).toEqual(list.map(vectorOf));
    }
  });

  it("does not read a response whose content-length is too large, and cancels it", async () => {
    const headers = { "content-length": String(2 ** 31) };
    const cancel = vi.fn<() => void>();
    const error = await errorFor(async () => new Response(new ReadableStream({ cancel }), { headers }));
    expect(error).toMatchObject({ code: "invalid_response" });
    expect(cancel).toHaveBeenCalledTimes(1);
  });

  it("reads a response on a platform without streams", async () => {
    const response = Object.defineProperty(new Response(bodyFor(["a"])), "body", { value: null });
    const { vectors } = await bench()
      .embedder({ fetch: async () => response })
      .embed(["a"]);
    expect(plain(vectors)).toEqual([vectorOf("a")]);
  });

  it.each([
    [null, "is empty"],
    [" \n", "is empty"],
    [" <html>", "is a web page"],
    ["a < b", "is not JSON"],
    ["see [this", "is not JSON"],
    ['{"data": [NaN]}', "is not JSON"],
  ])("rejects a response that is not JSON: %j %s", async (body, what) => {
    const error = await errorFor(async () => new Response(body));
    expect(error).toMatchObject({ code: "invalid_response" });
    expect(error.message).toContain(`the response ${what};`);
  });

  it.each(['{"data": [', ' [{"a": 1}', "{"])(
    "treats a truncated response as a lost connection: %j",
    async (body) => {
      const error = await errorFor(async () => new Response(body));
      expect(error).toMatchObject({ code: "connection_failed" });
      expect(error.message).toContain("(the response was cut off)");
    },
  );
});

describe("TogetherClient: error responses", () => {
  it.each([301, 302, 303, 307, 308])("rejects a %i redirect, with or without a body", async (status) => {
    for (const body of [null, "elsewhere"]) {
      expect(await errorFor(async () => new Response(body, { status }))).toMatchObject({
        code: "redirected",
      });
    }
  });

  it.each([300, 304, 305, 399])(
    "does not treat a %i as a redirect, and does not retry it",
    async (status) => {
      const fetch = vi.fn<() => Promise<Response>>(async () => new Response(null, { status }));
      const error = (await rejection(bench().embedder({ fetch }).embed(["a"]))) as TogetherError;
      expect(error).toMatchObject({ code: "invalid_response", attempts: 1 });
      expect(error.message).toContain(
        `the server responded with ${status}, which is not a response to this request;`,
      );
      expect(fetch).toHaveBeenCalledTimes(1);
    },
  );

  it("accepts an error response without a body", async () => {
    const error = await errorFor(async () => new Response(null, { status: 401 }));
    expect(error).toMatchObject({ code: "unauthorized", status: 401 });
  });

  it.each([
    [{ "x-request-id": UUID, "cf-ray": CF_RAY }, UUID],
    [{ "x-request-id": "a text", "cf-ray": CF_RAY }, CF_RAY],
    [{ "cf-ray": CF_RAY }, CF_RAY],
  ])("reads the request id from Together's header, or else from Cloudflare's: %j", async (headers, id) => {
    const error = await errorFor(async () => new Response("no", { status: 401, headers: { ...headers } }));
    expect(error.requestId).toBe(id);
  });

  it("accepts a status beyond 599", async () => {
    const strange = Object.defineProperty(new Response("no"), "status", { value: 999 });
    Object.defineProperty(strange, "ok", { value: false });
    expect(await errorFor(async () => strange)).toMatchObject({ code: "server_error", status: 999 });
  });

  it("hides a request id that contains a part of the key or of a text", async () => {
    const fetch = async (): Promise<Response> =>
      new Response("no", { status: 401, headers: { "x-request-id": UUID } });
    const [digits] = UUID.split("-");
    expect(await failureOf(send({ apiKey: KEY, fetch }))).toMatchObject({ requestId: UUID });
    for (const sent of [
      send({ apiKey: `key-${digits}`, fetch }),
      send({ apiKey: KEY, fetch }, { text: `order ${digits}` }),
    ]) {
      expect(await failureOf(sent)).toMatchObject({ status: 401, requestId: undefined });
    }
  });

  it.each([
    [null, { message: "", type: "", code: "" }],
    ["at most 512 tokens", { message: "at most 512 tokens", type: "", code: "" }],
    ["<html>no</html>", { message: "", type: "", code: "" }],
    ['{"message":"m","type":"t","code":"c"}', { message: "m", type: "t", code: "c" }],
    ['{"message":"m","type":"t","code":"c","input":"cut o', { message: "m", type: "t", code: "c" }],
  ])("reads the words of the body %j", async (body, words) => {
    const fetch = async (): Promise<Response> => new Response(body, { status: 422 });
    expect(await failureOf(send({ apiKey: KEY, fetch }))).toMatchObject({ status: 422, body: words });
  });

  it.each([undefined, null])("accepts an error of a custom client with headers `%s`", async (headers) => {
    const options = { apiKey: undefined, fetch: undefined, client: failing({ status: 402, headers }) };
    const embedder = bench().embedder(options);
    expect(await rejection(embedder.embed(["a"]))).toMatchObject({ code: "payment_required" });
  });

  it.each([
    [undefined, ""],
    [5, ""],
    ["at most 512 tokens", "at most 512 tokens"],
  ])("reads the message %j of a custom client's error as %j", async (message, words) => {
    const client = failing({ status: 422, message });
    expect(await failureOf(send({ client }))).toMatchObject({ body: { message: words, type: "", code: "" } });
  });
});

describe("TogetherClient: failed connections", () => {
  const cyclic = new Error("a cycle");
  cyclic.cause = cyclic;

  it.each<[string, unknown, string]>([
    ["reports the system's error code", { code: "ECONNREFUSED" }, "ECONNREFUSED"],
    [
      "reports the innermost of several codes",
      { code: "EPIPE", cause: { code: "ECONNRESET" } },
      "ECONNRESET",
    ],
    ["ignores a code that is a number", { code: 12 }, "Error"],
    ["ignores a code that is a sentence", { code: "of the key ABC" }, "Error"],
    ["ignores a code that is no code of the system", { code: "ALICE_4711" }, "Error"],
    ["ignores a code followed by other text", { code: "ABC of the key" }, "Error"],
    ["reports no code without a cause", null, "Error"],
    ["reports no code for a cycle of causes", cyclic, "Error"],
  ])("%s", async (_, cause, detail) => {
    const error = await errorFor(() => Promise.reject(new Error("it quotes the request", { cause })));
    expect(error).toMatchObject({ code: "connection_failed" });
    expect(error.message).toContain(`the connection failed (${detail});`);
  });
});
