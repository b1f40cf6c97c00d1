import { describe, expect, it, vi } from "vitest";
import type { EmbedderOptions, TogetherError } from "../../../../src/index.js";
import { bench, KEY, plain, rejection, texts, vectorOf } from "../../../support/emulate.js";

/** What an embedder makes of what a `fetch` does, at the first try. */
async function errorFor(fetch: () => Promise<Response>): Promise<TogetherError> {
  return (await rejection(bench().embedder({ fetch, maxRetries: 0 }).embed(["a"]))) as TogetherError;
}

function bodyFor(list: readonly string[]): string {
  const data = list.map((text, index) => ({ object: "embedding", index, embedding: vectorOf(text) }));
  return JSON.stringify({ object: "list", model: "m", data });
}

/** A body that comes in pieces of some length. */
function inPieces(body: string, length: number): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(body);
  return new ReadableStream({
    start(controller) {
      for (let at = 0; at < bytes.length; at += length) controller.enqueue(bytes.slice(at, at + length));
      controller.close();
    },
  });
}

describe("a request", () => {
  it("asks for redirects by hand, and keeps quiet whatever TOGETHER_LOG says", async () => {
    vi.stubEnv("TOGETHER_LOG", "debug");
    const logs = (["debug", "info", "log", "warn", "error"] as const).map((level) =>
      vi.spyOn(console, level).mockReturnValue(),
    );
    const fetch = vi.fn<typeof globalThis.fetch>(async () => new Response(bodyFor(["a"])));
    await bench().embedder({ fetch }).embed(["a"]);
    expect(fetch.mock.calls[0]?.[1]).toMatchObject({ redirect: "manual" });
    expect(logs.flatMap(({ mock }) => mock.calls)).toEqual([]);
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });
});

describe("an answer", () => {
  it("may come in any number of pieces, a short one after a long one, and one beyond four million bytes", async () => {
    const lists = [texts(40, "first"), texts(2, "second"), texts(64, "third"), texts(1, "fourth")];
    let answered = 0;
    const fetch = async (): Promise<Response> => {
      const list = lists[answered++] ?? [];
      const blanks = " ".repeat(list.length === 64 ? 5_000_000 : 0);
      return new Response(inPieces(bodyFor(list) + blanks, list.length === 64 ? 100_000 : 17));
    };
    for (const list of lists) {
      const { vectors } = await bench().embedder({ fetch }).embed(list);
      expect(plain(vectors)).toEqual(list.map(vectorOf));
    }
  });

  it("that announces more than any right one holds is not read, whatever comes, and is let go", async () => {
    const headers = { "content-length": String(2 ** 31) };
    const cancel = vi.fn<() => void>();
    const error = await errorFor(async () => new Response(new ReadableStream({ cancel }), { headers }));
    expect(error).toMatchObject({ code: "invalid_response" });
    expect(cancel).toHaveBeenCalledTimes(1);
  });

  it("is read where the platform has no streams", async () => {
    const answer = Object.defineProperty(new Response(bodyFor(["a"])), "body", { value: null });
    const { vectors } = await bench()
      .embedder({ fetch: async () => answer })
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
  ])("that is no JSON is told by what it is: %j %s", async (body, what) => {
    const error = await errorFor(async () => new Response(body));
    expect(error).toMatchObject({ code: "invalid_response" });
    expect(error.message).toContain(`the answer ${what};`);
  });

  it.each(['{"data": [', ' [{"a": 1}', "{"])("that stops halfway is a lost connection: %j", async (body) => {
    const error = await errorFor(async () => new Response(body));
    expect(error).toMatchObject({ code: "connection_failed" });
    expect(error.message).toContain("(the answer was cut off)");
  });
});

describe("a refusal", () => {
  it.each([300, 302, 399])("is a redirect, with or without a body: %i", async (status) => {
    for (const body of [null, "elsewhere"]) {
      expect(await errorFor(async () => new Response(body, { status }))).toMatchObject({
        code: "redirected",
      });
    }
  });

  it("may have no body", async () => {
    const error = await errorFor(async () => new Response(null, { status: 401 }));
    expect(error).toMatchObject({ code: "unauthorized", status: 401 });
  });

  it.each([{ "x-request-id": "r-1", "cf-ray": "r-2" }, { "cf-ray": "r-1" }])(
    "carries Together's id of the request, or else the network's: %j",
    async (headers) => {
      const error = await errorFor(async () => new Response("no", { status: 401, headers: { ...headers } }));
      expect(error.requestId).toBe("r-1");
    },
  );

  it("may have a status that no standard knows", async () => {
    const strange = Object.defineProperty(new Response("no"), "status", { value: 999 });
    Object.defineProperty(strange, "ok", { value: false });
    expect(await errorFor(async () => strange)).toMatchObject({ code: "server_error", status: 999 });
  });

  it.each([undefined, null])(
    "of a client of the user's own may come with %s for headers",
    async (headers) => {
      const create = (): object => ({ asResponse: () => Promise.reject({ status: 402, headers }) });
      const client = { apiKey: KEY, baseURL: "https://here.example/v1", embeddings: { create }, rerank: {} };
      const options = { apiKey: undefined, fetch: undefined, client: client as never };
      const embedder = bench().embedder(options as Partial<EmbedderOptions>);
      expect(await rejection(embedder.embed(["a"]))).toMatchObject({ code: "payment_required" });
    },
  );
});

describe("a connection that fails", () => {
  const cyclic = new Error("round and round");
  cyclic.cause = cyclic;

  it.each<[string, unknown, string]>([
    ["the system's code", { code: "ECONNREFUSED" }, "ECONNREFUSED"],
    ["the innermost of several", { code: "OUTER", cause: { code: "INNER_1" } }, "INNER_1"],
    ["no code that is a number", { code: 12 }, "no connection"],
    ["no code that is a sentence", { code: "of the key ABC" }, "no connection"],
    ["no code with more behind it", { code: "ABC of the key" }, "no connection"],
    ["none where there is no cause", null, "no connection"],
    ["none where causes go round", cyclic, "no connection"],
  ])("is told by %s", async (_, cause, detail) => {
    const error = await errorFor(() => Promise.reject(new Error("it quotes the request", { cause })));
    expect(error).toMatchObject({ code: "connection_failed" });
    expect(error.message).toContain(`the connection failed (${detail});`);
  });
});
