import { describe, expect, it } from "vitest";
import {
  embeddingLimit,
  MAX_BODY_BYTES,
  maxTextsPerResponse,
  rankingLimit,
} from "../../../../src/core/request/response-limits.js";
import { bench, texts } from "../../../support/emulate.js";

describe("embeddingLimit()", () => {
  it("allows floats with all digits and white space", () => {
    const vector = Array.from({ length: 1024 }, () => -Math.PI * 1e-7);
    const data = Array.from({ length: 128 }, (_, index) => ({
      object: "embedding",
      index,
      embedding: vector,
    }));
    const bytes = JSON.stringify({ object: "list", data }, undefined, 1).length;
    expect(bytes).toBeLessThan(embeddingLimit(128, 1024).maxBytes);
  });

  it("grows with the number of texts", () => {
    expect(embeddingLimit(1, 1024).maxBytes).toBeLessThan(2 ** 21);
    expect(embeddingLimit(128, 1024).maxBytes).toBeGreaterThan(4 * 2 ** 20);
  });

  it("is small, and suggests an option, until the dimensions are known", () => {
    const unknown = embeddingLimit(128, undefined);
    expect(unknown.maxBytes).toBeLessThan(18 * 2 ** 20);
    expect(unknown.hint).toContain("`dimensions`");
    expect(embeddingLimit(128, 4096)).toEqual({ maxBytes: unknown.maxBytes, hint: undefined });
  });

  it.each([1, 1024, 4096, 16_384, undefined])(
    "allows as many vectors of %s numbers as fit into 68 MB",
    (dimensions) => {
      const most = maxTextsPerResponse(dimensions, "float");
      expect(embeddingLimit(most, dimensions).maxBytes).toBeLessThanOrEqual(MAX_BODY_BYTES);
      expect(embeddingLimit(1_000_000, dimensions).maxBytes).toBe(MAX_BODY_BYTES);
      expect(most).toBeGreaterThanOrEqual(128);
    },
  );

  it("does not reduce the largest batch of the usual models", () => {
    expect(maxTextsPerResponse(1024, "base64")).toBeGreaterThanOrEqual(2048);
  });
});

describe("rankingLimit()", () => {
  it("allows returned documents", () => {
    const documents = Array.from({ length: 10 }, () => "\u0000".repeat(10_000));
    const results = documents.map((text, index) => ({ index, relevance_score: Math.PI, document: { text } }));
    expect(JSON.stringify({ results }).length).toBeLessThan(rankingLimit(documents).maxBytes);
  });

  it("allows 40,000 scores, and never more than 68 MB", () => {
    const many = Array.from({ length: 40_000 }, (_, index) => ({
      index,
      relevance_score: Math.PI,
      document: {},
    }));
    expect(JSON.stringify({ results: many }).length).toBeLessThan(rankingLimit(many.map(() => "")).maxBytes);
    expect(rankingLimit(["a".repeat(2 ** 24)])).toEqual({ maxBytes: MAX_BODY_BYTES });
  });
});

describe("batches of long vectors", () => {
  it("has fewer texts per batch, so that responses fit into the limit", async () => {
    const { embedder, bodies } = bench({ embed: (list) => list.map(() => Array(16_384).fill(0.5)) });
    await embedder({ batchSize: 200, dimensions: 16_384 }).embed(texts(200));
    expect(bodies().map(({ input }) => input.length)).toEqual([133, 67]);
  });

  it("has full batches once the first response has shown that vectors are short", async () => {
    const { embedder, bodies } = bench();
    const own = embedder({ batchSize: 600, encodingFormat: "float" });
    await own.embed(texts(600, "first"));
    await own.embed(texts(600, "second"));
    expect(bodies().map(({ input }) => input.length)).toEqual([531, 69, 600]);
  });
});
