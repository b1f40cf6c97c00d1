import { describe, expect, it } from "vitest";
import packageJson from "../package.json" with { type: "json" };
import { exportsOf, sources } from "./support/source.js";

const ENTRIES: Record<string, { path: string; load: () => Promise<object> }> = {
  ".": { path: "src/index.ts", load: () => import("../src/index.js") },
  "./langchain": { path: "src/langchain/index.ts", load: () => import("../src/langchain/index.js") },
  "./langchain/retriever": {
    path: "src/langchain/retriever.ts",
    load: () => import("../src/langchain/retriever.js"),
  },
  "./llamaindex": { path: "src/llamaindex/index.ts", load: () => import("../src/llamaindex/index.js") },
  "./emulator": { path: "src/emulator/index.ts", load: () => import("../src/emulator/index.js") },
};

const all = sources();

function surface(entry: string): string[] {
  const file = all.find(({ path }) => path === ENTRIES[entry]?.path);
  return file ? exportsOf(file) : [];
}

describe("the package", () => {
  it("has these entries", () => {
    const { "./package.json": _, ...entries } = packageJson.exports;
    expect(Object.keys(entries)).toEqual(Object.keys(ENTRIES));
  });

  it("exports nothing wholesale", () => {
    for (const entry of Object.keys(ENTRIES)) expect(surface(entry)).not.toContain("*");
  });

  it("exports of each entry, at run time, what its list says", async () => {
    for (const [entry, { load }] of Object.entries(ENTRIES)) {
      const values = surface(entry).filter((name) => !name.startsWith("type "));
      expect(Object.keys(await load()).toSorted()).toEqual(values);
    }
  });
});

describe("what is exported", () => {
  it("by together-retrieval is a promise to its users", () => {
    expect(surface(".")).toEqual([
      "Embedder",
      "Ranker",
      "TogetherError",
      "embeddingModel",
      "isTogetherError",
      "rerankModel",
      "type AnswerEvent",
      "type ByteStore",
      "type CacheEvent",
      "type CacheFailureEvent",
      "type CallOptions",
      "type EmbedderOptions",
      "type EmbeddingModel",
      "type EmbeddingModelId",
      "type Embeddings",
      "type FailureEvent",
      "type Fetch",
      "type LongTextEvent",
      "type Operation",
      "type Progress",
      "type RankOptions",
      "type Ranked",
      "type RankerOptions",
      "type RepairedTextEvent",
      "type RequestEvent",
      "type RerankModel",
      "type RerankModelId",
      "type RetryEvent",
      "type SharedOptions",
      "type SkippedDocumentEvent",
      "type SplitEvent",
      "type StreamedEmbedding",
      "type ThrottleEvent",
      "type TogetherErrorCode",
      "type TogetherErrorDetails",
      "type TogetherEvent",
      "type TokenUsage",
      "type UnrankedEvent",
    ]);
  });

  it("by together-retrieval/langchain is a promise to its users", () => {
    expect(surface("./langchain")).toEqual([
      "TogetherEmbeddings",
      "TogetherError",
      "TogetherReranker",
      "isTogetherError",
      "type ByteStore",
      "type CallOptions",
      "type EmbedderOptions",
      "type Progress",
      "type RankOptions",
      "type RankedDocument",
      "type RankerOptions",
      "type RerankInput",
      "type SharedOptions",
      "type TogetherEmbeddingsParams",
      "type TogetherErrorCode",
      "type TogetherErrorDetails",
      "type TogetherEvent",
      "type TogetherRerankerParams",
    ]);
  });

  it("by together-retrieval/langchain/retriever is a promise to its users", () => {
    expect(surface("./langchain/retriever")).toEqual([
      "RerankingRetriever",
      "type Reranker",
      "type RerankingRetrieverParams",
    ]);
  });

  it("by together-retrieval/llamaindex is a promise to its users", () => {
    expect(surface("./llamaindex")).toEqual([
      "TogetherEmbeddings",
      "TogetherError",
      "TogetherReranker",
      "isTogetherError",
      "type ByteStore",
      "type EmbedderOptions",
      "type EmbeddingCallOptions",
      "type RankOptions",
      "type RankerOptions",
      "type SharedOptions",
      "type TogetherEmbeddingsParams",
      "type TogetherErrorCode",
      "type TogetherErrorDetails",
      "type TogetherEvent",
      "type TogetherRerankerParams",
    ]);
  });

  it("by together-retrieval/emulator is a promise to its users", () => {
    expect(surface("./emulator")).toEqual([
      "createEmulator",
      "emulatedModels",
      "seededRandom",
      "type ChatMessage",
      "type ChatModel",
      "type EmbeddingModel",
      "type EmulatedModel",
      "type Emulator",
      "type EmulatorOptions",
      "type EmulatorRequest",
      "type EmulatorServer",
      "type EmulatorTotals",
      "type Fault",
      "type FaultDetails",
      "type FaultName",
      "type Faults",
      "type LimitRefusal",
      "type LimitRule",
      "type ListenOptions",
      "type RateGrowth",
      "type RateLimit",
      "type RerankModel",
      "type ResetHeader",
    ]);
  });
});
