import { describe, expect, it } from "vitest";
import { see } from "../../../support/error-message.js";
import { bench, plain, rejection, texts, vectorOf } from "../../../support/emulate.js";

describe("Embedder options", () => {
  it("returns the dimensions that are set, received, or known of the model", async () => {
    const { embedder } = bench({
      models: {
        "me/embedding": { type: "embedding", dimensions: 4 },
        "BAAI/bge-base-en-v1.5": { type: "embedding", dimensions: 4 },
      },
    });
    expect(embedder().dimensions).toBeUndefined();
    expect(embedder({ dimensions: 7 }).dimensions).toBe(7);
    const known = embedder({ model: "BAAI/bge-base-en-v1.5" });
    expect(known.dimensions).toBe(768);
    await known.embed(["a"]);
    expect(known.dimensions).toBe(4);
    const error = await rejection(embedder({ dimensions: 7 }).embed(["a"]));
    expect(error).toMatchObject({ code: "invalid_option", attempts: 1 });
    expect((error as Error).message).toBe(
      'Cannot embed 1 text with "me/embedding": `dimensions` is 7, but the model returns vectors of length 4; ' +
        `set it to 4, or leave it out${see("invalid_option")}`,
    );
  });

  it("names the response in the error, not `dimensions`, once a response has had that length", async () => {
    let length = 4;
    const { embedder } = bench({
      models: { "me/embedding": { type: "embedding", dimensions: 4 } },
      embed: (inputs) => inputs.map(() => Array.from({ length }, () => 1)),
    });
    const client = embedder({ dimensions: 4, maxRetries: 0 });
    await client.embed(["a"]);
    length = 3;
    const error = await rejection(client.embedQuery("b"));
    expect(error).toMatchObject({ code: "invalid_response" });
    expect((error as Error).message).toContain("vector 0 has 3 dimensions instead of 4");
  });

  it("does not send dimensions, which Together rejects", async () => {
    const { embedder, bodies } = bench();
    await embedder({ dimensions: 4 }).embed(["a"]);
    expect(Object.keys(bodies()[0] ?? {}).toSorted()).toEqual(["encoding_format", "input", "model"]);
  });

  const BGE = "Represent this sentence for searching relevant passages: ";
  const E5 = "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery: ";

  it.each([
    ["BAAI/bge-large-en-v1.5", BGE],
    ["BAAI/bge-base-en-v1.5", BGE],
    ["WhereIsAI/UAE-Large-V1", BGE],
    ["intfloat/multilingual-e5-large-instruct", E5],
    ["intfloat/e5-mistral-7b-instruct", E5],
    ["Alibaba-NLP/gte-modernbert-base", ""],
    ["thenlper/gte-large", ""],
    ["togethercomputer/m2-bert-80M-32k-retrieval", ""],
    ["me/my-endpoint", ""],
    ["constructor", ""],
  ])("adds the queryPrefix of %s to queries, and not to documents", async (model, prefix) => {
    const { embedder, bodies } = bench({ models: { [model]: { type: "embedding", dimensions: 4 } } });
    const one = embedder({ model });
    await one.embedQuery("a question");
    await one.embed(["a document"]);
    expect(bodies().map(({ input }) => input)).toEqual([[`${prefix}a question`], ["a document"]]);
  });

  it("replaces the model's queryPrefix, or removes it", async () => {
    const { embedder, bodies } = bench({
      models: {
        "BAAI/bge-base-en-v1.5": { type: "embedding", dimensions: 4 },
      },
    });
    const model = "BAAI/bge-base-en-v1.5";
    await embedder({ model, queryPrefix: "query: " }).embedQuery("a");
    await embedder({ model, queryPrefix: "" }).embedQuery("a");
    expect(bodies().map(({ input }) => input)).toEqual([["query: a"], ["a"]]);
  });

  it("adds documentPrefix to documents, and not to queries", async () => {
    const { embedder, bodies } = bench();
    const one = embedder({ documentPrefix: "passage: " });
    await one.embed(["a", "b"]);
    await one.embedQuery("a");
    expect(bodies().map(({ input }) => input)).toEqual([["passage: a", "passage: b"], ["a"]]);
  });

  it.each(["base64", "float"] as const)("normalizes vectors received as %s", async (encodingFormat) => {
    const { embedder } = bench({
      embed: () => [
        [3, 0, 4, 0],
        [0, 0, 0, 0],
      ],
    });
    const { vectors } = await embedder({ normalize: true, encodingFormat }).embed(["a", "zeros"]);
    expect(vectors[0]?.[0]).toBeCloseTo(0.6, 6);
    expect(vectors[0]?.[2]).toBeCloseTo(0.8, 6);
    expect([...(vectors[1] ?? [])]).toEqual([0, 0, 0, 0]);
  });

  it("normalizes the vector of a query, but not by default", async () => {
    const { embedder } = bench({ embed: () => [[3, 0, 4, 0]] });
    expect((await embedder({ normalize: true }).embedQuery("a")).vector[0]).toBeCloseTo(0.6, 6);
    expect((await embedder().embedQuery("a")).vector[0]).toBe(3);
  });

  it("requests base64 by default, and sends no encoding_format for floats", async () => {
    const { embedder, bodies } = bench();
    await embedder().embed(["a"]);
    await embedder({ encodingFormat: "float" }).embed(["a"]);
    expect(bodies().map((body) => body.encoding_format)).toEqual(["base64", undefined]);
  });

  it("accepts floats from a server that ignores base64", async () => {
    const { embedder } = bench({ base64: "ignore" });
    const list = texts(10);
    expect(plain((await embedder().embed(list)).vectors)).toEqual(list.map(vectorOf));
  });
});
