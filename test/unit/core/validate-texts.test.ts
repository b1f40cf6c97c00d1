import { describe, expect, it } from "vitest";
import { Embedder, Reranker } from "../../../src/index.js";
import { see } from "../../support/error-message.js";
import { bench, only, rejection } from "../../support/emulate.js";

describe("invalid input", () => {
  const { embedder, reranker, emulator } = bench();

  it.each([
    [
      "a blank text",
      ["a", " \n\t"],
      /the text at index 1 is blank; remove or replace it before calling \(see .+#invalid_input\)$/,
    ],
    ["two blank texts", ["", "a", ""], /the texts at indexes 0 and 2 are blank; remove or replace them/],
    ["what is no string", ["a", 5], /the text at index 1 is not a string; remove or replace it/],
    ["nulls", [null, "a", undefined], /the texts at indexes 0 and 2 are not strings/],
    ["a hole", Object.assign([], { length: 1 }), /the text at index 0 is not a string/],
    [
      "a string in place of a list",
      "a",
      /the texts are not an array but a string; pass an array \(see .+#invalid_input\)$/,
    ],
    ["an object", {}, /the texts are not an array but an object/],
    ["null", null, /the texts are not an array but null/],
    ["nothing", undefined, /the texts are not an array but undefined/],
  ])("causes an error before any request: %s", async (_, input, message) => {
    const error = await rejection(embedder().embed(input as string[]));
    expect(error).toMatchObject({ code: "invalid_input", message: expect.stringMatching(message) });
    expect((error as Error).message).toMatch(/^Cannot embed (\d )?texts? with "me\/embedding": /);
    expect(emulator.requests.length).toBe(0);
  });

  it("sets `index` of the error for one invalid text, and not for several", async () => {
    expect(await rejection(embedder().embed(["a", ""]))).toMatchObject({ index: 1 });
    expect(await rejection(embedder().embed(["", ""]))).not.toHaveProperty("index");
  });

  it("names the texts that are not strings, and the blank ones only if all are strings", async () => {
    const mixed = (await rejection(embedder().embed(["", 5 as never, "a", " "]))) as Error;
    expect(mixed.message).toContain("the text at index 1 is not a string;");
    expect(mixed.message).not.toContain("blank");
    const blank = (await rejection(embedder().embed(["", "a", " "]))) as Error;
    expect(blank.message).toContain("the texts at indexes 0 and 2 are blank;");
  });

  it("names the first ten of a thousand invalid texts, and their number", async () => {
    const error = (await rejection(embedder().embed(Array(1000).fill("")))) as Error;
    expect(error.message).toContain("at indexes 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 ... (1000 in all) are blank");
  });

  it.each([
    ["a blank query", " ", "the query is blank; pass some text"],
    ["no query", undefined, "the query is not a string but undefined; pass a string"],
    ["a list of queries", ["a"], "the query is not a string but an array; pass a string"],
  ])("causes an error before any request for %s", async (_, query, problem) => {
    for (const asked of [
      embedder().embedQuery(query as string),
      reranker().rerank(query as string, ["a"], (text) => text),
    ]) {
      expect(await rejection(asked)).toMatchObject({
        code: "invalid_input",
        message: expect.stringContaining(problem),
      });
    }
    expect(emulator.requests.length).toBe(0);
  });

  it("causes an error before any request for documents that are no array, or have no text", async () => {
    expect(await rejection(reranker().rerank("q", "a" as never, String))).toMatchObject({
      code: "invalid_input",
      message: `Cannot rerank documents with "me/rerank": the documents are not an array but a string; pass an array${see("invalid_input")}`,
    });
    const items = [{ a: "x" }, {}] as { a: string }[];
    expect(await rejection(reranker().rerank("q", items, (item) => item.a))).toMatchObject({
      code: "invalid_input",
      index: 1,
      message: `Cannot rerank 2 documents with "me/rerank": the document at index 1 has no text; return a string from \`textOf\` for every document${see("invalid_input")}`,
    });
    const none = await rejection(
      reranker().rerank("q", [{}, { a: "x" }, {}] as { a: string }[], (item) => item.a),
    );
    expect((none as { index?: number }).index).toBeUndefined();
    expect((none as Error).message).toContain("the documents at indexes 0 and 2 have no text;");
    expect(emulator.requests.length).toBe(0);
  });
});

describe("empty list", () => {
  it("returns an empty list, without a request", async () => {
    const { embedder, reranker, emulator } = bench();
    expect(await embedder().embed([])).toEqual({ vectors: [], usage: { promptTokens: 0, totalTokens: 0 } });
    expect(await reranker().rerank("q", [], String)).toEqual([]);
    expect(emulator.requests.length).toBe(0);
  });
});

describe("unpaired surrogate", () => {
  it("becomes U+FFFD, and an event names the texts", async () => {
    const { embedder, events, bodies } = bench();
    await embedder().embed(["whole 😀", "half \ud83d", "\ude00 other half"]);
    expect(bodies()[0]?.input).toEqual(["whole 😀", "half \ufffd", "\ufffd other half"]);
    expect(only(events, "text-sanitized")).toMatchObject([{ indexes: [1, 2] }]);
  });

  it("becomes U+FFFD in queries and in documents to rerank, and the event names the input", async () => {
    const { embedder, reranker, events, bodies } = bench();
    await embedder().embedQuery("half \ud83d");
    await reranker().rerank("other \ude00", ["1", "2 \ud83d"], (text) => text);
    expect(bodies()[0]?.input).toEqual(["half \ufffd"]);
    expect(bodies()[1]).toMatchObject({ query: "other \ufffd", documents: ["1", "2 \ufffd"] });
    expect(only(events, "text-sanitized")).toMatchObject([
      { operation: "embed", input: "query", indexes: [0] },
      { operation: "rerank", input: "query", indexes: [0] },
      { operation: "rerank", input: "documents", indexes: [1] },
    ]);
  });
});

describe("constructors of Embedder and Reranker", () => {
  it("throws without a key or a model", () => {
    const noKey = expect.objectContaining({
      code: "missing_api_key",
      message: `Cannot create Reranker: there is no API key; set the environment variable TOGETHER_API_KEY, or pass \`apiKey\`${see("missing_api_key")}`,
    });
    expect(() => new Reranker({ model: "m" })).toThrow(noKey);
    expect(() => new Embedder({ model: " ", apiKey: "k" })).toThrow(
      /^Cannot create Embedder: `model` is missing; name the model your index belongs to, such as "BAAI\/bge-large-en-v1.5", or "<project>\/<endpoint>" for a dedicated endpoint \(see .+#invalid_option\)$/,
    );
  });
});
