import { describe, expect, it } from "vitest";
import { entries, sourceOf, surface } from "../../support/entries.js";

describe("package entries", () => {
  it("has five entries", () => {
    // The entry of LlamaIndex is tested in test/unit/llamaindex, so that all of it can be removed together.
    const others = entries.filter((entry) => !entry.endsWith("/llamaindex"));
    expect(others).toEqual([".", "./langchain", "./langchain/retriever", "./ai-sdk", "./emulator"]);
  });

  it("exports nothing wholesale", () => {
    for (const entry of entries) expect(surface(entry)).not.toContain("*");
  });

  it.each(entries)("matches the list of runtime exports of %s", async (entry) => {
    const values = surface(entry).filter((name) => !name.startsWith("type "));
    const module = (await import(new URL(`../../../${sourceOf(entry)}`, import.meta.url).href)) as object;
    expect(Object.keys(module).toSorted()).toEqual(values);
  });
});

describe("exported names", () => {
  it("matches the public API of together-retrieval", () => {
    expect(surface(".")).toEqual([
      "Embedder",
      "Reranker",
      "TogetherError",
      "embeddingModel",
      "isTogetherError",
      "rerankModel",
      "type BatchSplitEvent",
      "type ByteStore",
      "type CacheErrorEvent",
      "type CacheLookupEvent",
      "type CallOptions",
      "type DocumentSkippedEvent",
      "type EmbedderOptions",
      "type EmbeddingEstimate",
      "type EmbeddingModel",
      "type EmbeddingModelId",
      "type Embeddings",
      "type Fetch",
      "type FetchInit",
      "type FetchResponse",
      "type ModelUnknownEvent",
      "type Operation",
      "type OutageEvent",
      "type Progress",
      "type RateLimitedEvent",
      "type RequestErrorEvent",
      "type RequestEvent",
      "type RerankFallbackEvent",
      "type RerankModel",
      "type RerankModelId",
      "type RerankOptions",
      "type Reranked",
      "type RerankerOptions",
      "type ResponseEvent",
      "type RetryEvent",
      "type SharedOptions",
      "type StreamedEmbedding",
      "type TextSanitizedEvent",
      "type TextTooLongEvent",
      "type TogetherErrorCode",
      "type TogetherErrorDetails",
      "type TogetherEvent",
      "type TokenUsage",
    ]);
  });

  it("matches the public API of together-retrieval/langchain", () => {
    expect(surface("./langchain")).toEqual([
      "TogetherEmbeddings",
      "TogetherError",
      "TogetherReranker",
      "isTogetherError",
      "type ByteStore",
      "type CallOptions",
      "type EmbedderOptions",
      "type Progress",
      "type RerankInput",
      "type RerankOptions",
      "type RerankedDocument",
      "type RerankerOptions",
      "type SharedOptions",
      "type TogetherEmbeddingsParams",
      "type TogetherErrorCode",
      "type TogetherErrorDetails",
      "type TogetherEvent",
      "type TogetherRerankerParams",
    ]);
  });

  it("matches the public API of together-retrieval/langchain/retriever", () => {
    expect(surface("./langchain/retriever")).toEqual([
      "RerankingRetriever",
      "type DocumentCompressor",
      "type RerankingRetrieverParams",
    ]);
  });

  it("matches the public API of together-retrieval/ai-sdk", () => {
    expect(surface("./ai-sdk")).toEqual([
      "TogetherError",
      "createTogether",
      "isTogetherError",
      "together",
      "type ByteStore",
      "type EmbedderOptions",
      "type EmbeddingModelOptions",
      "type InputType",
      "type RerankerOptions",
      "type RerankingModelOptions",
      "type SharedOptions",
      "type TogetherErrorCode",
      "type TogetherErrorDetails",
      "type TogetherEvent",
      "type TogetherProvider",
      "type TogetherProviderOptions",
    ]);
  });

  it("matches the public API of together-retrieval/emulator", () => {
    expect(surface("./emulator")).toEqual([
      "createEmulator",
      "emulatedModels",
      "seededRandom",
      "type ChatMessage",
      "type ColdStart",
      "type EmulatedChatModel",
      "type EmulatedEmbeddingModel",
      "type EmulatedGpus",
      "type EmulatedModel",
      "type EmulatedRerankModel",
      "type Emulator",
      "type EmulatorOptions",
      "type EmulatorRequest",
      "type EmulatorServer",
      "type EmulatorTotals",
      "type Fault",
      "type FaultDetails",
      "type FaultName",
      "type Faults",
      "type LimitRejection",
      "type LimitRule",
      "type ListenOptions",
      "type Outage",
      "type RateGrowth",
      "type RateLimitOptions",
      "type ResetFormat",
      "type ResetHeader",
    ]);
  });
});
