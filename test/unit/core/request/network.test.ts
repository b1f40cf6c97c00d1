import nock from "nock";
import Together from "together-ai";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Embedder, Reranker, type TogetherEvent } from "../../../../src/index.js";
import { see } from "../../../support/error-message.js";
import { only, rejection } from "../../../support/emulate.js";
import { nowhere, serve } from "../../../support/http.js";
import { embeddingsBody, freshKey, ORIGIN, useNock } from "../../../support/wire.js";

// The delays between attempts are random: here, all of them are 0 ms.
beforeEach(() => {
  vi.spyOn(Math, "random").mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe("HTTP requests", () => {
  useNock();

  it("sends texts and key to /v1/embeddings and returns vectors", async () => {
    const apiKey = freshKey();
    nock(ORIGIN, { reqheaders: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" } })
      .post("/v1/embeddings", { model: "m", input: ["a", "b"], encoding_format: "base64" })
      .reply(200, embeddingsBody(2), { "x-request-id": "8f14e45f-ceea-467f-a0e6-1d2f5c0b7a91" });
    const events: TogetherEvent[] = [];
    const embedder = new Embedder({ model: "m", apiKey, onEvent: (event) => events.push(event) });
    const { vectors, usage } = await embedder.embed(["a", "b"]);
    expect(vectors).toEqual([Float32Array.of(0, 1), Float32Array.of(1, 1)]);
    expect(usage).toEqual({ promptTokens: 2, totalTokens: 2 });
    expect(only(events, "response")).toMatchObject([
      { requestId: "8f14e45f-ceea-467f-a0e6-1d2f5c0b7a91", usage: { totalTokens: 2 } },
    ]);
  });

  it("decodes base64 as little-endian float32", async () => {
    const body = {
      data: [
        { index: 0, embedding: Buffer.from(Float32Array.of(1.5, -0.1, 3e-20).buffer).toString("base64") },
      ],
    };
    nock(ORIGIN).post("/v1/embeddings").reply(200, body);
    const { vectors } = await new Embedder({ model: "m", apiKey: freshKey() }).embed(["a"]);
    expect(vectors).toEqual([Float32Array.of(1.5, -0.1, 3e-20)]);
  });

  it("sends documents to /v1/rerank and does not request their texts", async () => {
    nock(ORIGIN)
      .post("/v1/rerank", {
        model: "m",
        query: "q",
        documents: ["a", "b"],
        return_documents: false,
        top_n: 1,
      })
      .reply(200, {
        object: "rerank",
        model: "salesforce/turboranker-0.8-3778-6328",
        results: [{ index: 1, relevance_score: 0.5, document: {} }],
        usage: null,
      });
    const ranked = await new Reranker({ model: "m", apiKey: freshKey(), topN: 1 }).rerank(
      "q",
      ["a", "b"],
      String,
    );
    expect(ranked).toEqual([{ item: "b", index: 1, score: 0.5 }]);
  });

  it.each([
    ["x-ratelimit-reset", "0.001"],
    ["retry-after-ms", "1"],
    ["retry-after", "0.001"],
    ["retry-after", new Date(Date.now() - 1000).toUTCString()],
  ])("waits after a 429 with %s: %s, which costs no retry", async (header, value) => {
    const rateLimited = {
      error: { message: "slow down", type: "rate_limit" },
      error_type: "dynamic_request_limited",
    };
    nock(ORIGIN)
      .post("/v1/embeddings")
      .times(2)
      .reply(429, rateLimited, { [header]: value });
    nock(ORIGIN).post("/v1/embeddings").reply(200, embeddingsBody(1));
    const events: TogetherEvent[] = [];
    const onEvent = (event: TogetherEvent): void => void events.push(event);
    const embedder = new Embedder({ model: "m", apiKey: freshKey(), maxRetries: 0, onEvent });
    expect((await embedder.embed(["a"])).vectors.length).toBe(1);
    expect(only(events, "rate-limited")).toMatchObject([
      { limitedBy: "requests" },
      { limitedBy: "requests" },
    ]);
  });

  it.each([
    ["ECONNREFUSED", "ECONNREFUSED"],
    ["ECONNRESET", "ECONNRESET"],
    ["ENOTFOUND", "ENOTFOUND"],
    ["certificate of key-1 has expired", "Error"],
  ])("fails for %s with an error that shows only the name or the code of the cause", async (code, named) => {
    nock(ORIGIN)
      .post("/v1/embeddings")
      .times(2)
      .replyWithError(Object.assign(new Error("the request with a text failed"), { code }));
    const error = await rejection(
      new Embedder({ model: "m", apiKey: freshKey(), maxRetries: 1 }).embed(["a text"]),
    );
    expect(error).toMatchObject({ code: "connection_failed", attempts: 2 });
    expect((error as Error).message).toContain(`the connection failed after 2 attempts (${named});`);
  });

  it("sends the configured key, whatever TOGETHER_CUSTOM_HEADERS contains", async () => {
    vi.stubEnv("TOGETHER_CUSTOM_HEADERS", "authorization: Bearer another-key\nX-Team: search");
    const apiKey = freshKey();
    nock(ORIGIN, { reqheaders: { authorization: `Bearer ${apiKey}`, "x-team": "search" } })
      .post("/v1/embeddings")
      .reply(200, embeddingsBody(1));
    expect((await new Embedder({ model: "m", apiKey }).embed(["a text"])).vectors.length).toBe(1);
    vi.unstubAllEnvs();
  });

  it("sends the SDK's headers for platform and SDK, and no others of that kind", async () => {
    let names: string[] = [];
    const fetch: typeof globalThis.fetch = async (_, init) => {
      names = [...new Headers(init?.headers).keys()].filter((name) => name.startsWith("x-")).toSorted();
      return Response.json(embeddingsBody(1));
    };
    await new Embedder({ model: "m", apiKey: freshKey(), fetch }).embed(["a text"]);
    expect(names).toEqual([
      "x-stainless-arch",
      "x-stainless-lang",
      "x-stainless-os",
      "x-stainless-package-version",
      "x-stainless-retry-count",
      "x-stainless-runtime",
      "x-stainless-runtime-version",
      "x-stainless-timeout",
    ]);
  });

  it("logs nothing of the SDK when TOGETHER_LOG is set", async () => {
    vi.stubEnv("TOGETHER_LOG", "debug");
    const logs = (["log", "info", "warn", "error", "debug"] as const).map((name) =>
      vi.spyOn(console, name).mockImplementation(() => {}),
    );
    nock(ORIGIN).post("/v1/embeddings").reply(200, embeddingsBody(1));
    await new Embedder({ model: "m", apiKey: freshKey() }).embed(["a text"]);
    expect(logs.flatMap((spy) => spy.mock.calls)).toEqual([]);
    vi.unstubAllEnvs();
  });
});

describe("HTTP requests over a real socket", () => {
  it("reports ECONNREFUSED for a closed port", async () => {
    const baseURL = await nowhere();
    const error = await rejection(
      new Embedder({ model: "m", apiKey: freshKey(), baseURL, maxRetries: 1 }).embed(["a"]),
    );
    expect(error).toMatchObject({ code: "connection_failed", attempts: 2 });
    expect((error as Error).message).toContain(
      `(ECONNREFUSED); check that ${baseURL} can be reached from here`,
    );
  });

  it.each([
    ["before a response", ""],
    ["in the middle of a response", '{"data":[{"index":0,"embedding":[1,'],
  ])("retries when the connection is lost %s", async (_, sent) => {
    let requests = 0;
    const baseURL = await serve((request, response) => {
      request.resume();
      requests += 1;
      if (requests === 2) response.end(JSON.stringify(embeddingsBody(1)));
      else if (sent !== "") response.writeHead(200, { "content-length": 5000 }).write(sent);
      if (requests < 2) setImmediate(() => response.destroy());
    });
    const { vectors } = await new Embedder({ model: "m", apiKey: freshKey(), baseURL }).embed(["a"]);
    expect([vectors.length, requests]).toEqual([1, 2]);
  });

  it("rejects a redirect, even to the same origin", async () => {
    const elsewhere: string[] = [];
    const other = await serve((request, response) => {
      elsewhere.push(String(request.url));
      response.end(JSON.stringify(embeddingsBody(1)));
    });
    for (const location of [`${other}/embeddings`, "/v1/elsewhere"]) {
      const seen: string[] = [];
      const baseURL = await serve((request, response) => {
        seen.push(String(request.url));
        request.resume();
        response.writeHead(307, { location }).end();
      });
      const error = await rejection(new Embedder({ model: "m", apiKey: freshKey(), baseURL }).embed(["a"]));
      expect(error).toMatchObject({
        code: "redirected",
        message: `Cannot embed 1 text with "m": ${baseURL} redirects to another address, but texts and key are sent only to \`baseURL\`; set \`baseURL\` to the final address if you trust it${see("redirected")}`,
      });
      expect(seen).toEqual(["/v1/embeddings"]);
    }
    expect(elsewhere).toEqual([]);
  });

  it("keeps redirects and headers of a custom client, but not its retries", async () => {
    const seen: string[] = [];
    const baseURL = await serve((request, response) => {
      seen.push(`${request.url} ${String(request.headers["x-mine"])}`);
      request.resume();
      if (request.url === "/v1/embeddings") response.writeHead(307, { location: "/v1/moved" }).end();
      else response.writeHead(400).end("{}");
    });
    const client = new Together({
      apiKey: freshKey(),
      baseURL,
      maxRetries: 7,
      defaultHeaders: { "x-mine": "yes" },
    });
    const error = await rejection(new Embedder({ model: "m", client }).embed(["a"]));
    expect(error).toMatchObject({ code: "bad_request", status: 400 });
    expect(seen).toEqual(["/v1/embeddings yes", "/v1/moved yes"]);
  });

  it("ends a response with slow chunks after `timeout`", async () => {
    let closed = 0;
    const baseURL = await serve((request, response) => {
      request.resume();
      response.writeHead(200).write("{");
      const trickle = setInterval(() => response.write(" "), 10);
      response.on("close", () => {
        closed += 1;
        clearInterval(trickle);
      });
    });
    const startedAt = performance.now();
    // Long enough to connect on a busy machine: before that, there is no socket to close.
    const embedder = new Embedder({ model: "m", apiKey: freshKey(), baseURL, timeout: 500, maxRetries: 0 });
    const error = await rejection(embedder.embed(["a"]));
    expect(error).toMatchObject({ code: "timeout", attempts: 1 });
    expect(performance.now() - startedAt).toBeLessThan(5000);
    await vi.waitFor(() => expect(closed).toBe(1));
  });

  it("closes the socket when a call is aborted while the body is read", async () => {
    let closed = 0;
    const reading = new AbortController();
    const baseURL = await serve((request, response) => {
      request.resume();
      response.writeHead(200).write('{"data":');
      response.on("close", () => (closed += 1));
      setImmediate(() => reading.abort("enough"));
    });
    const embedder = new Embedder({ model: "m", apiKey: freshKey(), baseURL });
    expect(await rejection(embedder.embed(["a"], { signal: reading.signal }))).toBe("enough");
    await vi.waitFor(() => expect(closed).toBe(1));
  });
});
