import { MemoryVectorStore } from "@langchain/classic/vectorstores/memory";
import { Document } from "@langchain/core/documents";
import { Embeddings, type EmbeddingsInterface } from "@langchain/core/embeddings";
import { describe, expect, expectTypeOf, it } from "vitest";
import { TogetherEmbeddings, type TogetherEmbeddingsParams } from "../../../src/langchain/index.js";
import { bench, EMBEDDING, KEY, rejection, texts, vectorOf, type Bench } from "../../support/emulate.js";
import { deepFreeze } from "../../support/freeze.js";

/** A bench, and LangChain's embeddings on it. */
function embeddingsWith(options: Partial<TogetherEmbeddingsParams> = {}): Bench & {
  embeddings: TogetherEmbeddings;
} {
  const own = bench();
  const shared = { model: EMBEDDING, apiKey: KEY, fetch: own.emulator.fetch };
  return { ...own, embeddings: new TogetherEmbeddings({ ...shared, ...options }) };
}

describe("TogetherEmbeddings", () => {
  it("is an embedding model of LangChain, for its types and at run time", () => {
    const { embeddings } = embeddingsWith();
    expect(embeddings).toBeInstanceOf(Embeddings);
    expectTypeOf<TogetherEmbeddings>().toExtend<Embeddings>();
    expectTypeOf<TogetherEmbeddings>().toExtend<EmbeddingsInterface>();
    expectTypeOf<TogetherEmbeddings["embedDocuments"]>().returns.resolves.toEqualTypeOf<number[][]>();
    expectTypeOf<TogetherEmbeddings["embedQuery"]>().returns.resolves.toEqualTypeOf<number[]>();
    expectTypeOf(embeddings.model).toEqualTypeOf<string>();
  });

  it.each(["base64", "float"] as const)(
    "returns plain arrays of numbers, as stores require (%s)",
    async (format) => {
      const { embeddings } = embeddingsWith({ encodingFormat: format });
      const vectors = await embeddings.embedDocuments(deepFreeze(texts(3)));
      expect(vectors.every((vector) => Array.isArray(vector))).toBe(true);
      expect(vectors).toEqual(texts(3).map(vectorOf));
      const query = await embeddings.embedQuery("a question");
      expect(Array.isArray(query)).toBe(true);
      expect(query).toEqual(vectorOf("a question"));
    },
  );

  it("returns arrays of its own for duplicate texts, because LangGraph's store empties them", async () => {
    const { embeddings } = embeddingsWith();
    const [one, other] = await embeddings.embedDocuments(["same", "same"]);
    one?.splice(0);
    expect(other).toEqual(vectorOf("same"));
  });

  it("keeps the digits of vectors that are sent as floats", async () => {
    const own = bench({ embed: () => [[1 / 3, 2 / 3, 0.1, 0.2]] });
    const embeddings = new TogetherEmbeddings({
      model: EMBEDDING,
      apiKey: KEY,
      fetch: own.emulator.fetch,
      encodingFormat: "float",
    });
    expect(await embeddings.embedQuery("a")).toEqual([1 / 3, 2 / 3, 0.1, 0.2]);
  });

  it("returns the length of its vectors, for stores that need it", async () => {
    const { embeddings } = embeddingsWith();
    expect(embeddings.dimensions).toBeUndefined();
    await embeddings.embedQuery("a");
    expect(embeddings.dimensions).toBe(4);
    expect(embeddingsWith({ dimensions: 4 }).embeddings.dimensions).toBe(4);
  });

  it("accepts a signal and reports progress, per call", async () => {
    const { embeddings, emulator } = embeddingsWith({ batchSize: 2 });
    const progress: number[] = [];
    await embeddings.embedDocuments(texts(4), { onProgress: ({ done }) => progress.push(done) });
    expect(progress).toEqual([2, 4]);
    emulator.clear();
    const signal = AbortSignal.abort("enough");
    expect(await rejection(embeddings.embedDocuments(["a"], { signal }))).toBe("enough");
    expect(await rejection(embeddings.embedQuery("a", { signal }))).toBe("enough");
    expect(emulator.requests.length).toBe(0);
  });

  it("searches in LangChain's memory store, with one request for all documents", async () => {
    const { embeddings, emulator } = embeddingsWith();
    const documents = texts(50).map((pageContent, index) => new Document({ pageContent, id: String(index) }));
    const store = await MemoryVectorStore.fromDocuments(documents, embeddings);
    const [[best, similarity] = []] = await store.similaritySearchWithScore("text 17", 1);
    expect(best).toMatchObject({ pageContent: "text 17", id: "17" });
    expect(similarity).toBeCloseTo(1, 6);
    expect(emulator.requests.map((request) => request.texts)).toEqual([50, 1]);
  });

  it("does not use LangChain's AsyncCaller, whose retries would multiply its own", async () => {
    const own = bench({ faults: () => ({ status: 401 }) });
    const embeddings = new TogetherEmbeddings({ model: EMBEDDING, apiKey: KEY, fetch: own.emulator.fetch });
    expect(await rejection(embeddings.embedQuery("a"))).toMatchObject({ code: "unauthorized" });
    expect(own.emulator.requests.length).toBe(1);
  });

  it("names the class in errors of its options", () => {
    expect(() => new TogetherEmbeddings({ model: EMBEDDING })).toThrow(/^Cannot create TogetherEmbeddings: /);
    expect(() => new TogetherEmbeddings(undefined as never)).toThrow(
      'Cannot create TogetherEmbeddings: it was given no options; write new TogetherEmbeddings({ model: "..." })',
    );
  });
});
