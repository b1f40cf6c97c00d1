import nock from "nock";
import Together from "together-ai";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Embedder, Reranker, type TogetherEvent } from "../../../../src/index.js";
import { see } from "../../../support/complaint.js";
import { only, rejection } from "../../../support/emulate.js";
import { nowhere, serve } from "../../../support/http.js";
import { embeddingsBody, freshKey, ORIGIN, useNock } from "../../../support/wire.js";

// Waits between attempts are drawn at random: here none of them takes any time.
beforeEach(() => {
  vi.spyOn(Math, "random").mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe("on the wire,", () => {
  useNock();

  it("texts travel to /v1/embeddings with the key, and vectors come back", async () => {
    const apiKey = freshKey();
    nock(ORIGIN, { reqheaders: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" } })
      .post("/v1/embeddings", { model: "m", input: ["a", "b"], encoding_format: "base64" })
      .reply(200, embeddingsBody(2), { "x-request-id": "r-1" });
    const events: TogetherEvent[] = [];
    const embedder = new Embedder({ model: "m", apiKey, onEvent: (event) => events.push(event) });
    const { vectors, usage } = await embedder.embed(["a", "b"]);
    expect(vectors).toEqual([Float32Array.of(0, 1), Float32Array.of(1, 1)]);
    expect(usage).toEqual({ promptTokens: 2, totalTokens: 2 });
    expect(only(events, "response")).toMatchObject([{ requestId: "r-1", usage: { totalTokens: 2 } }]);
  });

  it("base64 is little-endian float32", async () => {
    const body = {
      data: [
        { index: 0, embedding: Buffer.from(Float32Array.of(1.5, -0.1, 3e-20).buffer).toString("base64") },
      ],
    };
    nock(ORIGIN).post("/v1/embeddings").reply(200, body);
    const { vectors } = await new Embedder({ model: "m", apiKey: freshKey() }).embed(["a"]);
    expect(vectors).toEqual([Float32Array.of(1.5, -0.1, 3e-20)]);
  });

  it("documents travel to /v1/rerank, and are asked not to come back", async () => {
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
  ])("a 429 with %s: %s is waited out, and costs no retry", async (header, value) => {
    const refusal = {
      error: { message: "slow down", type: "rate_limit" },
      error_type: "dynamic_request_limited",
    };
    nock(ORIGIN)
      .post("/v1/embeddings")
      .times(2)
      .reply(429, refusal, { [header]: value });
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
    ["certificate of key-1 has expired", "no connection"],
  ])("%s ends in an error that names the system's code and nothing else", async (code, named) => {
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

  it("what the SDK is told to log through its environment variable stays untold", async () => {
    vi.stubEnv("TOGETHER_LOG", "debug");
    const told = (["log", "info", "warn", "error", "debug"] as const).map((name) =>
      vi.spyOn(console, name).mockImplementation(() => {}),
    );
    nock(ORIGIN).post("/v1/embeddings").reply(200, embeddingsBody(1));
    await new Embedder({ model: "m", apiKey: freshKey() }).embed(["a text"]);
    expect(told.flatMap((spy) => spy.mock.calls)).toEqual([]);
    vi.unstubAllEnvs();
  });
});

describe("over a real socket,", () => {
  it("a port where nobody listens any more is a connection refused", async () => {
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
    ["before an answer", ""],
    ["in the middle of the answer", '{"data":[{"index":0,"embedding":[1,'],
  ])("a connection lost %s is tried again", async (_, sent) => {
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

  it("a redirect is refused: neither key nor texts go anywhere else, not even to the same origin", async () => {
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
        message: `Cannot embed 1 text with "m": ${baseURL} redirects elsewhere, and texts and key go only to \`baseURL\`; set \`baseURL\` to the final address if you trust it${see("redirected")}`,
      });
      expect(seen).toEqual(["/v1/embeddings"]);
    }
    expect(elsewhere).toEqual([]);
  });

  it("a client of the user's own keeps its redirects and its headers, but not its retries", async () => {
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

  it("a body that trickles is over when `timeout` is, although every byte came in time", async () => {
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
    // Long enough for a busy machine to connect: before that, there is nothing to close.
    const embedder = new Embedder({ model: "m", apiKey: freshKey(), baseURL, timeout: 500, maxRetries: 0 });
    const error = await rejection(embedder.embed(["a"]));
    expect(error).toMatchObject({ code: "timeout", attempts: 1 });
    expect(performance.now() - startedAt).toBeLessThan(5000);
    await vi.waitFor(() => expect(closed).toBe(1));
  });

  it("an abort while the body is read closes the socket", async () => {
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
