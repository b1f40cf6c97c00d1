import { CohereRerank } from "@langchain/cohere";
import { Document } from "@langchain/core/documents";
import { expect, it, vi } from "vitest";
import { TogetherReranker } from "together-retrieval/langchain";
import { runBlock } from "./play.js";
import { codes } from "./pages.js";
import { proves } from "./proofs.js";
import { body, keys, capturedRequests, question, RERANKER, texts, stubNetwork } from "./world.js";

const documents = (most = 6): Document[] =>
  texts.slice(0, most).map((pageContent) => new Document({ pageContent }));
const cohere = (options: object = {}): CohereRerank => new CohereRerank({ model: "rerank-v3.5", ...options });
const ours = (options: object = {}): TogetherReranker =>
  new TogetherReranker({ model: RERANKER, ...options });
const bothKeys = (): void => keys("COHERE_API_KEY", "TOGETHER_API_KEY");

proves("langchain-cohere", {
  "API key": async ({ before }) => {
    stubNetwork();
    keys("TOGETHER_API_KEY", "TOGETHER_AI_API_KEY");
    expect(() => cohere()).toThrow(codes(before)[0]);
    keys("TOGETHER_AI_API_KEY");
    await expect(ours().compressDocuments(documents(), question)).resolves.toHaveLength(6);
    vi.stubEnv("TOGETHER_API_KEY", "wrong");
    await expect(ours().compressDocuments(documents(), question)).rejects.toMatchObject({ status: 401 });
  },
  address: async ({ before, after }) => {
    bothKeys();
    const emulator = stubNetwork();
    await cohere().compressDocuments(documents(), question);
    await ours().compressDocuments(documents(), question);
    await ours({ baseURL: "https://one.example/v1" }).compressDocuments(documents(), question);
    vi.stubEnv("TOGETHER_BASE_URL", "https://two.example/v1");
    await ours().compressDocuments(documents(), question);
    const expected = [codes(before)[0], codes(after)[0], "https://one.example", "https://two.example"];
    expect(emulator.requests.map(({ origin }) => origin)).toEqual(expected);
  },
  topN: async ({ before }) => {
    bothKeys();
    stubNetwork();
    expect(await cohere().compressDocuments(documents(), question)).toHaveLength(Number(before));
    expect(await ours().compressDocuments(documents(), question)).toHaveLength(6);
  },
  "your documents": async () => {
    bothKeys();
    stubNetwork();
    const mine = documents();
    const [best] = await ours().compressDocuments(mine, question);
    expect(mine).toEqual(documents());
    expect(best?.metadata["relevanceScore"]).toBeGreaterThan(0);
    const [first] = await cohere().compressDocuments(mine, question);
    expect(mine.filter((document) => document === first)).toHaveLength(1);
    expect(mine.filter(({ metadata }) => "relevanceScore" in metadata)).toHaveLength(3);
  },
  "more than 1,024 documents": async () => {
    bothKeys();
    const emulator = stubNetwork();
    const many = Array.from(
      { length: 1100 },
      (_, place) => new Document({ pageContent: `bees of ${place}` }),
    );
    await cohere().compressDocuments(many, question);
    expect(emulator.requests).toHaveLength(1);
    const events: string[] = [];
    await ours({ onEvent: ({ type }: { type: string }) => events.push(type) }).compressDocuments(
      many,
      question,
    );
    expect(emulator.requests).toHaveLength(3);
    expect(events).toContain("batch-split");
  },
  "a blank document": async () => {
    bothKeys();
    const emulator = stubNetwork();
    const mine = [...documents(2), new Document({ pageContent: " " })];
    const events: string[] = [];
    await cohere().compressDocuments(mine, question);
    await ours({ onEvent: ({ type }: { type: string }) => events.push(type) }).compressDocuments(
      mine,
      question,
    );
    expect([0, 1].map((place) => (body(emulator, place)["documents"] as string[]).length)).toEqual([3, 2]);
    expect(events).toContain("document-skipped");
  },
  "low scores": async () => {
    bothKeys();
    stubNetwork({ rank: (_query, all) => all.map((_, place) => place / 10) });
    expect(await cohere({ topN: 6 }).compressDocuments(documents(), question)).toHaveLength(6);
    expect(await ours().compressDocuments(documents(), question)).toHaveLength(6);
    expect(await ours({ minScore: 0.25 }).compressDocuments(documents(), question)).toHaveLength(3);
  },
  "a failed request": async () => {
    bothKeys();
    stubNetwork({ faults: () => ({ status: 400 }) });
    await expect(cohere().compressDocuments(documents(), question)).rejects.toThrow(/./);
    await expect(ours().compressDocuments(documents(), question)).rejects.toMatchObject({ status: 400 });
    const kept = await ours({ fallback: "original-order" }).compressDocuments(documents(), question);
    expect(kept).toEqual(documents());
  },
  maxChunksPerDoc: async () => {
    bothKeys();
    stubNetwork();
    const reranker = cohere({ maxChunksPerDoc: 2 });
    const [request] = await capturedRequests(() => reranker.compressDocuments(documents(), question));
    expect(await request?.json()).toMatchObject({ max_chunks_per_doc: 2 });
    expect(() => ours({ maxChunksPerDoc: 2 })).toThrow(/maxChunksPerDoc/);
  },
  "a wrong key": async () => {
    vi.stubEnv("COHERE_API_KEY", "wrong");
    vi.stubEnv("TOGETHER_API_KEY", "wrong");
    stubNetwork();
    await expect(cohere().compressDocuments(documents(), question)).rejects.toMatchObject({
      statusCode: 401,
    });
    const asking = ours().compressDocuments(documents(), question);
    await expect(asking).rejects.toMatchObject({ name: "TogetherError", status: 401, code: "unauthorized" });
  },
});

it("returns the same documents in the same order, each with its score (langchain-cohere)", async () => {
  bothKeys();
  stubNetwork();
  const given = () => ({ documents: documents(50), question });
  const { ranked: past } = await runBlock("langchain-cohere", "before", given());
  const { ranked: present } = await runBlock("langchain-cohere", "after", given());
  expect(present).toHaveLength(3);
  expect(present).toEqual(past);
});

it("prints in the last block how far the two models agree (langchain-cohere)", async () => {
  bothKeys();
  stubNetwork();
  const given = { documents: documents(50), question };
  const { order: earlier } = await runBlock("langchain-cohere", "before", given);
  expect(await runBlock("langchain-cohere", "check", { ...given, earlier })).toMatchObject({
    printed: ["5 of 5"],
  });
  const others = [40, 41, 42, 43, 44].map((index) => ({ index }));
  const differing = await runBlock("langchain-cohere", "check", { ...given, earlier: others });
  expect(differing.printed[0]).toMatch(/^[0-4] of 5$/);
});
