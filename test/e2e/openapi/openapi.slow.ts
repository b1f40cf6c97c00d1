import { describe, expect, it } from "vitest";
import { createEmulator, checked } from "./judged-emulator.js";
import { errorsInResponse, errorsInRequest } from "./judge.js";
import { Embedder, Reranker } from "../../../src/index.js";

const EMBEDDING = "BAAI/bge-large-en-v1.5";
const RERANK = "Salesforce/Llama-Rank-V1";
const CHAT = "meta-llama/Llama-3.3-70B-Instruct-Turbo";
const rerank = { path: "/rerank", method: "POST" };
const embeddings = { path: "/embeddings", method: "POST" };

/** Sends a request to the emulator, which validates it and its response. */
async function ask(path: string, body?: object, key = "any"): Promise<Response> {
  return createEmulator({ apiKey: "any" }).fetch(`https://api.together.ai/v1${path}`, {
    method: body ? "POST" : "GET",
    headers: { authorization: `Bearer ${key}` },
    ...(body && { body: JSON.stringify(body) }),
  });
}

describe("Together's specification", () => {
  it.each([
    ["no documents", rerank, { model: RERANK, query: "a", documents: [] }],
    ["an argument that does not exist", rerank, { model: RERANK, query: "a", documents: ["b"], topN: 1 }],
    ["no query", rerank, { model: RERANK, documents: ["b"] }],
    ["tokens in place of texts", embeddings, { model: EMBEDDING, input: [1, 2] }],
    ["no model", embeddings, { input: ["a"] }],
  ])("rejects a request with %s", (_, exchange, body) => {
    expect(errorsInRequest(exchange, body)).not.toEqual([]);
  });

  it.each([
    [
      "a vector of strings",
      embeddings,
      { object: "list", model: "m", data: [{ object: "embedding", index: 0, embedding: ["1"] }] },
    ],
    ["no results", rerank, { object: "rerank", id: "1", model: "m" }],
    [
      "a score in words",
      rerank,
      {
        object: "rerank",
        id: "1",
        model: "m",
        results: [{ index: 0, relevance_score: "high", document: {} }],
      },
    ],
  ])("rejects a response with %s", (_, exchange, body) => {
    expect(errorsInResponse(exchange, 200, body)).not.toEqual([]);
  });

  it("finds no error in requests of the package and responses of the emulator", async () => {
    const { fetch } = createEmulator();
    const before = { ...checked };
    await new Embedder({ model: EMBEDDING, apiKey: "any", fetch }).embed(["one", "two"]);
    const reranker = new Reranker({ model: RERANK, apiKey: "any", fetch, topN: 1 });
    await reranker.rerank("one", ["one", "two"], (text) => text);
    expect([checked.requests - before.requests, checked.responses - before.responses]).toEqual([2, 2]);
    expect(checked.errors).toEqual([]);
  });

  it.each([
    ["/models", undefined],
    ["/chat/completions", { model: CHAT, messages: [{ role: "user", content: "What is it?" }] }],
    ["/rerank", { model: RERANK, query: "a", documents: [{ title: "b" }], return_documents: true }],
    ["/embeddings", { model: EMBEDDING, input: "one" }],
    ["/embeddings", { model: "me/none", input: "one" }],
  ])("finds no error in the emulator's response at %s", async (path, body) => {
    await ask(path, body);
    expect(checked.errors).toEqual([]);
  });

  it("finds no error in the emulator's 401 for a wrong key", async () => {
    expect((await ask("/models", undefined, "wrong")).status).toBe(401);
    expect(checked.errors).toEqual([]);
  });
});
