import { describe, expect, it } from "vitest";
import { Embedder } from "../../../src/index.js";
import { bench, EMBEDDING, KEY, rejection, RERANK } from "../../support/emulate.js";

const POLLUTED = '{"polluted": true}';

describe("responses with prototype keys", () => {
  const item = `"__proto__": ${POLLUTED}, "constructor": {"prototype": ${POLLUTED}}`;

  it.each([
    ["vectors", `{"data": [{"index": 0, "embedding": [1, 2], ${item}}], ${item}}`],
    ["vectors by inheritance", `{"__proto__": {"data": [{"index": 0, "embedding": [1, 2]}]}}`],
    ["a vector by inheritance", `{"data": [{"__proto__": {"index": 0, "embedding": [1, 2]}}]}`],
    ["usage", `{"data": [{"index": 0, "embedding": [1, 2]}], "usage": {${item}, "total_tokens": 1}}`],
  ])("does not pollute prototypes: %s", async (_, body) => {
    const { embedder } = bench({ faults: () => ({ body }) });
    await embedder({ maxRetries: 0 })
      .embed(["a"])
      .catch(() => {});
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it("rejects inherited vectors", async () => {
    const body = `{"__proto__": {"data": [{"index": 0, "embedding": [1, 2]}]}}`;
    const { embedder } = bench({ faults: () => ({ body }) });
    expect(await rejection(embedder().embed(["a"]))).toMatchObject({ code: "invalid_response" });
  });

  it("does not pollute prototypes with error responses", async () => {
    const { embedder } = bench({ faults: () => ({ status: 400, body: `{"error": {${item}}, ${item}}` }) });
    expect(await rejection(embedder().embed(["a"]))).toMatchObject({ code: "bad_request" });
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe("options with header injection", () => {
  it.each(["key\r\nx-injected: 1", "key\nx-injected: 1", "k\u2028y", "k\0y", "ключ"])(
    "rejects the API key %j before a request",
    (apiKey) => {
      expect(() => new Embedder({ model: EMBEDDING, apiKey })).toThrow(
        expect.objectContaining({ code: "invalid_option" }),
      );
    },
  );

  it("sends a model's name only in the body", async () => {
    const { embedder, emulator, bodies } = bench();
    const model = "me/model\r\nx-injected: 1";
    await rejection(embedder({ model }).embed(["a"]));
    expect(bodies()).toMatchObject([{ model }]);
    expect(emulator.requests[0]?.path).toBe("/v1/embeddings");
  });
});

describe("redirects", () => {
  it.each([
    ["another origin", "https://elsewhere.example/v1/embeddings"],
    ["the same origin", "/v1/other"],
    ["a file", "file:///etc/passwd"],
    ["nowhere", "http://"],
  ])("does not follow a redirect to %s", async (_, location) => {
    const { embedder, reranker, emulator } = bench({ faults: () => ({ kind: "redirect", location }) });
    for (const call of [embedder().embed(["a"]), reranker().rerank("q", ["a"], String)]) {
      const error = await rejection(call);
      expect(error).toMatchObject({ code: "redirected" });
      expect(String(error)).not.toContain(location);
    }
    expect(emulator.requests.map(({ origin }) => origin)).toEqual(Array(2).fill("https://api.together.ai"));
    expect(new Set(emulator.requests.map(({ model }) => model))).toEqual(new Set([EMBEDDING, RERANK]));
  });
});

describe("API key", () => {
  it("is sent only in the authorization header", async () => {
    const { embedder, emulator } = bench();
    const seen: string[] = [];
    const fetch: typeof globalThis.fetch = async (input, init) => {
      seen.push(new Request(input).url);
      expect(new Headers(init?.headers).get("authorization")).toBe(`Bearer ${KEY}`);
      const rest = new Headers(init?.headers);
      rest.delete("authorization");
      expect(JSON.stringify([...rest])).not.toContain(KEY);
      return emulator.fetch(input, init);
    };
    await embedder({ fetch }).embed(["a"]);
    expect(seen.length).toBe(1);
    expect(seen[0]).not.toContain(KEY);
  });
});
