import { rerank } from "ai";
import { describe, expect, it, vi } from "vitest";
import { createTogether, type RerankingModelOptions } from "../../../src/ai-sdk/index.js";
import { bench, KEY, rejection, RERANK, type Bench } from "../../support/emulate.js";

const QUERY = "a question";

function modelOn({ emulator }: Bench, own: RerankingModelOptions = {}) {
  return createTogether({ apiKey: KEY, fetch: emulator.fetch }).rerankingModel(RERANK, own);
}

describe("AI SDK reranking model", () => {
  it("reports its specification version", () => {
    expect(modelOn(bench())).toMatchObject({
      specificationVersion: "v3",
      provider: "together.reranking",
      modelId: RERANK,
    });
  });

  it("ranks objects by their JSON, and returns the objects", async () => {
    const server = bench();
    const documents = [{ title: "1 ship" }, { title: "3 bees" }, { title: "2 nets" }];
    const { rerankedDocuments } = await rerank({ model: modelOn(server), query: QUERY, documents, topN: 2 });
    expect(server.bodies()[0]?.documents).toEqual(documents.map((document) => JSON.stringify(document)));
    expect(rerankedDocuments).toEqual([documents[1], documents[2]]);
  });

  it("ranks texts as they are", async () => {
    const server = bench();
    const documents = ["1 ship", '3 "bees"'];
    const { rerankedDocuments } = await rerank({ model: modelOn(server), query: QUERY, documents });
    expect(server.bodies()[0]?.documents).toEqual(documents);
    expect(rerankedDocuments).toEqual(documents.toReversed());
  });

  it("names the documents if one of them has no JSON", async () => {
    const documents = { type: "object", values: [{}, undefined] } as never;
    const error = await rejection(modelOn(bench()).doRerank({ documents, query: QUERY }) as Promise<unknown>);
    expect((error as Error).message).toMatch(/^Cannot rerank 2 documents with ".+": .*`documents`/);
  });

  it("ranks more documents than a request holds", async () => {
    const server = bench();
    const documents = Array.from({ length: 2500 }, (_, index) => `${index} points`);
    const { ranking } = await rerank({ model: modelOn(server), query: QUERY, documents, topN: 2 });
    expect(ranking.map(({ originalIndex, score }) => [originalIndex, score])).toEqual([
      [2499, 2499],
      [2498, 2498],
    ]);
    expect(server.emulator.requests).toHaveLength(3);
  });

  it("leaves out documents with scores below the call's `minScore`", async () => {
    const documents = ["1", "3", "2"];
    const providerOptions = { together: { minScore: 2 } };
    const { ranking } = await rerank({ model: modelOn(bench()), query: QUERY, documents, providerOptions });
    expect(ranking.map(({ score }) => score)).toEqual([3, 2]);
  });

  it.each([
    [{ minScore: "high" }, /`minScore` is .+it must be a finite number/],
    [{ topN: 3 }, /`topN` is not an option/],
  ])("rejects the call's options %o before any request", async (together, message) => {
    const server = bench();
    const call = { model: modelOn(server), query: QUERY, documents: ["1"] };
    const error = (await rejection(rerank({ ...call, providerOptions: { together } as never }))) as Error;
    expect(error).toMatchObject({ code: "invalid_option" });
    expect(error.message).toMatch(message);
    expect(server.emulator.requests).toEqual([]);
  });

  it("returns the model's `topN` documents, unless a call sets another number", async () => {
    const call = { model: modelOn(bench(), { topN: 1 }), query: QUERY, documents: ["1", "3", "2"] };
    expect((await rerank(call)).ranking).toHaveLength(1);
    expect((await rerank({ ...call, topN: 2 })).ranking).toHaveLength(2);
  });

  it("has no option `fallback`, because the AI SDK wants a score for each document", () => {
    const own = { fallback: "original-order" } as RerankingModelOptions;
    expect(() => modelOn(bench(), own)).toThrow(/`fallback` is not an option/);
  });

  it("sends the headers of a call, but not a key", async () => {
    const server = bench();
    const fetch = vi.fn<typeof globalThis.fetch>(server.emulator.fetch);
    const model = createTogether({ apiKey: KEY, fetch }).rerankingModel(RERANK);
    const headers = { "X-Trace": "12", Authorization: "Bearer other" };
    await rerank({ model, query: QUERY, documents: ["1"], headers });
    const sent = new Headers(fetch.mock.calls[0]?.[1]?.headers);
    expect([sent.get("x-trace"), sent.get("authorization")]).toEqual(["12", `Bearer ${KEY}`]);
  });
});
