import { ContextualCompressionRetriever } from "@langchain/classic/retrievers/contextual_compression";
import { MemoryVectorStore } from "@langchain/classic/vectorstores/memory";
import { Document, type DocumentInterface } from "@langchain/core/documents";
import { BaseDocumentCompressor } from "@langchain/core/retrievers/document_compressors";
import { describe, expect, expectTypeOf, it } from "vitest";
import {
  TogetherEmbeddings,
  TogetherReranker,
  type RerankedDocument,
  type TogetherRerankerParams,
} from "../../../src/langchain/index.js";
import { bench, EMBEDDING, KEY, rejection, RERANK, type Bench } from "../../support/emulate.js";
import { deepFreeze } from "../../support/freeze.js";

/** A bench, and LangChain's reranker on it. */
function rerankerWith(
  options: Partial<TogetherRerankerParams> = {},
  own = bench(),
): Omit<Bench, "reranker"> & {
  reranker: TogetherReranker;
} {
  const shared = {
    model: RERANK,
    apiKey: KEY,
    fetch: own.emulator.fetch,
    onEvent: own.events.push.bind(own.events),
  };
  return { ...own, reranker: new TogetherReranker({ ...shared, ...options }) };
}

/** A document of a custom class. */
class Page extends Document<{ page: number }> {
  get title(): string {
    return `page ${this.metadata.page}`;
  }
}

function rankAndContent({ metadata, pageContent }: DocumentInterface): string {
  return `${String(metadata["rank"])} ${pageContent}`;
}

describe("TogetherReranker", () => {
  it("is a document compressor of LangChain, for its types and at run time", () => {
    const { reranker } = rerankerWith();
    expect(reranker).toBeInstanceOf(BaseDocumentCompressor);
    expectTypeOf<TogetherReranker>().toExtend<BaseDocumentCompressor>();
    expectTypeOf<TogetherReranker["rerank"]>().returns.resolves.toEqualTypeOf<RerankedDocument[]>();
  });

  it("returns new documents, best first, with scores, ids, metadata and prototypes", async () => {
    const { reranker } = rerankerWith();
    const pages = [0, 1, 2].map(
      (page) => new Page({ pageContent: `score ${page}`, id: `id ${page}`, metadata: { page } }),
    );
    const ranked = await reranker.compressDocuments(deepFreeze(pages), "q");
    expectTypeOf(ranked).toEqualTypeOf<Page[]>();
    expect(ranked.map(({ id }) => id)).toEqual(["id 2", "id 1", "id 0"]);
    expect(ranked.every((document) => document instanceof Page)).toBe(true);
    expect(ranked[0]?.title).toBe("page 2");
    expect(ranked[0]?.metadata).toEqual({ page: 2, relevanceScore: 2 });
    expect(ranked[0]).not.toBe(pages[2]);
    expect(pages.map(({ metadata }) => metadata)).toEqual([{ page: 0 }, { page: 1 }, { page: 2 }]);
  });

  it("returns documents that you can change without a change of the originals", async () => {
    const { reranker } = rerankerWith();
    const page = new Page({ pageContent: "1", metadata: { page: 1 } });
    const [copy] = await reranker.compressDocuments([page], "q");
    Object.assign(copy?.metadata ?? {}, { page: 7 });
    expect(page.metadata).toEqual({ page: 1 });
  });

  it("accepts plain objects as documents, and pollutes no prototype through their metadata", async () => {
    const { reranker } = rerankerWith();
    const metadata = JSON.parse('{"__proto__":{"polluted":true},"page":1}') as Record<string, unknown>;
    const [copy] = await reranker.compressDocuments([{ pageContent: "1", metadata }], "q");
    expect(copy?.metadata["page"]).toBe(1);
    expect(copy?.metadata["relevanceScore"]).toBe(1);
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });

  it("keeps a key `__proto__` of a document and of its metadata as data", async () => {
    const document = JSON.parse(
      '{"pageContent": "1", "__proto__": {"id": "other"}, "metadata": {"__proto__": {"polluted": true}}}',
    ) as DocumentInterface;
    const { reranker } = rerankerWith();
    const [copy] = (await reranker.compressDocuments([document], "query")) as [DocumentInterface];
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
    expect(Object.getOwnPropertyDescriptor(copy, "__proto__")?.value).toEqual({ id: "other" });
    expect(copy.id).toBeUndefined();
    expect(Object.getOwnPropertyDescriptor(copy.metadata, "__proto__")?.value).toEqual({ polluted: true });
    expect(copy.metadata["polluted"]).toBeUndefined();
    expect(copy.metadata["relevanceScore"]).toBe(1);
  });

  it("ranks by `documentText` if it is set", async () => {
    const { reranker, bodies } = rerankerWith({ documentText: rankAndContent });
    const documents = [1, 5].map((rank) => new Document({ pageContent: "text", metadata: { rank } }));
    const ranked = await reranker.compressDocuments(documents, "q");
    expect(ranked.map(({ metadata }) => metadata["rank"])).toEqual([5, 1]);
    expect(await reranker.rerank(documents, "q")).toEqual([
      { index: 1, relevanceScore: 5 },
      { index: 0, relevanceScore: 1 },
    ]);
    expect(bodies().map((body) => body.documents)).toEqual([
      ["1 text", "5 text"],
      ["1 text", "5 text"],
    ]);
  });

  it("calls `documentText` only for documents, not for other objects with a `pageContent`", async () => {
    const { reranker, bodies } = rerankerWith({ documentText: () => "7" });
    await reranker.rerank([{ pageContent: "1" }, new Document({ pageContent: "2" })], "q");
    expect(bodies().map((body) => body.documents)).toEqual([["1", "7"]]);
  });

  it.each([
    ["strings", ["1", "3", "2"]],
    ["documents", ["1", "3", "2"].map((pageContent) => new Document({ pageContent }))],
    ["anything with a `pageContent`", ["1", "3", "2"].map((pageContent) => ({ pageContent }))],
    ["a mixture", ["1", new Document({ pageContent: "3" }), { pageContent: "2" }]],
  ])("ranks %s with rerank(), documents first, and returns indexes and scores", async (_, documents) => {
    const { reranker } = rerankerWith({ topN: 2 });
    expect(await reranker.rerank(deepFreeze(documents), "q")).toEqual([
      { index: 1, relevanceScore: 3 },
      { index: 2, relevanceScore: 2 },
    ]);
    expect(await reranker.rerank(documents, "q", { topN: 1, minScore: 2 })).toEqual([
      { index: 1, relevanceScore: 3 },
    ]);
  });

  it("sends no request for an empty list", async () => {
    const { reranker, emulator } = rerankerWith();
    expect(await reranker.compressDocuments([], "q")).toEqual([]);
    expect(await reranker.rerank([], "q")).toEqual([]);
    expect(emulator.requests.length).toBe(0);
  });

  it.each([
    [
      "a hole in the list",
      [new Document({ pageContent: "1" }), undefined],
      "the document at index 1 has no text",
    ],
    ["null", [null], "the document at index 0 has no text"],
    ["a number", [5], "the document at index 0 has no text"],
    ["a document without content", [{ metadata: {} }], "the document at index 0 has no text"],
    ["no list", undefined, "the documents are not an array but undefined"],
  ])("rejects %s with a sentence", async (_, documents, problem) => {
    const { reranker, emulator } = rerankerWith();
    for (const call of [
      reranker.compressDocuments(documents as Document[], "q"),
      reranker.rerank(documents as Document[], "q"),
    ]) {
      expect(await rejection(call)).toMatchObject({
        code: "invalid_input",
        message: expect.stringContaining(problem),
      });
    }
    expect(emulator.requests.length).toBe(0);
  });

  it("names `documentText` if it returns no string", async () => {
    const { reranker } = rerankerWith({ documentText: () => 5 as never });
    const documents = [new Document({ pageContent: "1" })];
    for (const call of [reranker.compressDocuments(documents, "q"), reranker.rerank(documents, "q")]) {
      expect(await rejection(call)).toMatchObject({
        code: "invalid_input",
        message: expect.stringContaining("return a string from `documentText` for every document"),
      });
    }
  });

  it("rejects the call's options in the place of the callbacks", async () => {
    const { reranker, emulator } = rerankerWith();
    const documents = [new Document({ pageContent: "1" })];
    const { signal } = new AbortController();
    expect(await rejection(reranker.compressDocuments(documents, "q", { signal } as never))).toMatchObject({
      code: "invalid_option",
      message: expect.stringMatching(/`callbacks` is an object; .*options come after them/),
    });
    expect(emulator.requests.length).toBe(0);
  });

  it("returns documents unchanged after a failure, with the fallback", async () => {
    const own = bench({ faults: () => ({ status: 402 }) });
    const { reranker } = rerankerWith({ fallback: "original-order", topN: 2 }, own);
    const documents = ["1", "3", "2"].map(
      (pageContent) => new Document({ pageContent, metadata: { from: "here" } }),
    );
    const kept = await reranker.compressDocuments(deepFreeze(documents), "q");
    expect(kept.map(({ pageContent, metadata }) => [pageContent, metadata])).toStrictEqual([
      ["1", { from: "here" }],
      ["3", { from: "here" }],
    ]);
    expect(await reranker.rerank(["1", "2"], "q")).toEqual([
      { index: 0, relevanceScore: undefined },
      { index: 1, relevanceScore: undefined },
    ]);
  });

  it("aborts with a signal", async () => {
    const { reranker, emulator } = rerankerWith();
    const signal = AbortSignal.abort("enough");
    expect(await rejection(reranker.rerank(["1"], "q", { signal }))).toBe("enough");
    const documents = [new Document({ pageContent: "1" })];
    expect(await rejection(reranker.compressDocuments(documents, "q", undefined, { signal }))).toBe("enough");
    expect(emulator.requests.length).toBe(0);
  });

  it("leaves the documents of a store unchanged in LangChain's compression retriever", async () => {
    const own = bench();
    const { reranker } = rerankerWith({ topN: 2 }, own);
    const embeddings = new TogetherEmbeddings({ model: EMBEDDING, apiKey: KEY, fetch: own.emulator.fetch });
    const contents = ["1", "4", "2", "3"];
    const store = await MemoryVectorStore.fromTexts(contents, { from: "here" }, embeddings);
    const retriever = new ContextualCompressionRetriever({
      baseRetriever: store.asRetriever(4),
      baseCompressor: reranker,
    });
    for (let round = 0; round < 2; round++) {
      const passages = await retriever.invoke("a question");
      expect(passages.map(({ pageContent }) => pageContent)).toEqual(["4", "3"]);
      expect(passages.map(({ metadata }) => metadata)).toEqual([
        { from: "here", relevanceScore: 4 },
        { from: "here", relevanceScore: 3 },
      ]);
    }
    const found = await store.similaritySearch("a question", 4);
    expect(found.every(({ metadata }) => !("relevanceScore" in metadata))).toBe(true);
  });

  it("lists its own option in the error for an unknown one", () => {
    const wrong = { model: RERANK, apiKey: KEY, pageContent: "title" } as never;
    expect(() => new TogetherReranker(wrong)).toThrow(/it takes model, .*, fallback, documentText \(see/);
  });

  it("names the class in errors of its options, `documentText` included", () => {
    expect(() => new TogetherReranker({ model: RERANK })).toThrow(
      "Cannot create TogetherReranker: there is no API key",
    );
    const wrong = { model: RERANK, apiKey: KEY, documentText: "pageContent" } as never;
    expect(() => new TogetherReranker(wrong)).toThrow(
      "Cannot create TogetherReranker: `documentText` is a string; it must be a function",
    );
    const unknown = { model: RERANK, apiKey: KEY, temperature: 1 } as never;
    expect(() => new TogetherReranker(unknown)).toThrow(/it takes model, .*, fallback, documentText \(see/);
    expect(() => new TogetherReranker(undefined as never)).toThrow(
      'Cannot create TogetherReranker: it was given no options; write new TogetherReranker({ model: "..." })',
    );
  });
});
