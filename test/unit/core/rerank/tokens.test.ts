import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { estimateTokens } from "../../../../src/core/tokens.js";
import { bench, only, RERANK, type Bench } from "../../../support/emulate.js";

const MAX_REQUEST_TOKENS = 500_000;
const LLAMA_RANK = "Salesforce/Llama-Rank-V1";

/** Returns a document with its score and one token per character. */
function documentOf(score: number, characters: number): string {
  return `${score} ${"語".repeat(characters)}`;
}

/** Returns the number of documents and the estimated tokens of each request. */
function estimates({ events }: Bench): { texts: number; estimatedTokens: number }[] {
  return only(events, "request").map(({ texts, estimatedTokens }) => ({ texts, estimatedTokens }));
}

describe("tokens of a rerank request", () => {
  it("includes the query once per document", async () => {
    const server = bench();
    await server.reranker().rerank("a question", ["1", "the second document"], String);
    const query = estimateTokens("a question");
    const estimatedTokens = 2 * query + estimateTokens("1") + estimateTokens("the second document");
    expect(estimates(server)).toEqual([{ texts: 2, estimatedTokens }]);
  });

  it("has at most 500,000, and ranks a split list as a whole", async () => {
    const server = bench({ keepBodies: false });
    const documents = [3, 1, 5, 2, 4].map((score) => documentOf(score, 149_000));
    const ranked = await server.reranker().rerank("問".repeat(1_000), documents, String);
    expect(ranked.map(({ index, score }) => [index, score])).toEqual([
      [2, 5],
      [4, 4],
      [0, 3],
      [3, 2],
      [1, 1],
    ]);
    expect(server.emulator.requests.map(({ texts }) => texts)).toEqual([3, 2]);
    expect(only(server.events, "batch-split")).toMatchObject([
      { reason: "list-too-long", texts: 5, requests: 2 },
    ]);
  });

  it("exceeds the limit only in a request of one document, for any list and query", async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 300_000 }), { minLength: 1, maxLength: 7 });
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 1, max: 200_000 }), async (lengths, ofQuery) => {
        const server = bench({ keepBodies: false });
        const documents = lengths.map((length, score) => documentOf(score, length));
        const ranked = await server.reranker().rerank("問".repeat(ofQuery), documents, String);
        expect(ranked.map(({ index }) => index)).toEqual(documents.map((_, index) => index).toReversed());
        for (const { texts, estimatedTokens } of estimates(server)) {
          expect(texts === 1 || estimatedTokens <= MAX_REQUEST_TOKENS).toBe(true);
        }
      }),
      { numRuns: 15 },
    );
  });
});

describe("token limit that a server enforces", () => {
  it("limits later requests after a rejection, and allows fewer documents for a longer query", async () => {
    const server = bench({ maxBatchTokens: 1_000, tooLargeStatus: 400 });
    const reranker = server.reranker();
    const documents = Array.from({ length: 64 }, (_, score) => documentOf(score, 18));
    await reranker.rerank("問", documents, String);
    expect(server.emulator.requests.map(({ status }) => status)).toEqual([400, 200, 200]);
    server.emulator.clear();
    const ranked = await reranker.rerank("問".repeat(50), documents, String);
    expect(ranked.map(({ index }) => index)).toEqual(documents.map((_, index) => index).toReversed());
    expect(new Set(server.emulator.requests.map(({ status }) => status))).toEqual(new Set([200]));
  });

  it("counts the query with each document in the emulator too", async () => {
    const server = bench({ maxBatchTokens: 100 });
    await server.reranker().rerank("問".repeat(41), [documentOf(1, 8), documentOf(2, 8)], String);
    await server.reranker().rerank("問".repeat(42), [documentOf(1, 8), documentOf(2, 8)], String);
    expect(server.emulator.requests.map(({ status, texts }) => [status, texts])).toEqual([
      [200, 2],
      [413, 2],
      [200, 1],
      [200, 1],
    ]);
  });
});

describe("document beyond the limit of a known rerank model", () => {
  const models = { [LLAMA_RANK]: { type: "rerank" }, [RERANK]: { type: "rerank" } } as const;

  it("is reported with the caller's index, by tokens of query and document, and is sent", async () => {
    const { reranker, events, emulator } = bench({ models });
    const query = "問問問";
    const fits = "語".repeat(8_192 - estimateTokens(query) - 2);
    await reranker({ model: LLAMA_RANK }).rerank(query, [fits, " ", `${fits}語`], String);
    expect(only(events, "text-too-long")).toEqual([
      {
        type: "text-too-long",
        operation: "rerank",
        model: LLAMA_RANK,
        indexes: [2],
        longestTokens: 8_193,
        maxInputTokens: 8_192,
      },
    ]);
    expect(emulator.requests.map(({ texts }) => texts)).toEqual([2]);
  });

  it("is not reported for a model that is not known", async () => {
    const { reranker, events } = bench({ models });
    await reranker().rerank("問", ["語".repeat(40_000)], String);
    expect(only(events, "text-too-long")).toEqual([]);
  });
});
