import { describe, expect, it } from "vitest";
import { embeddingModel, rerankModel } from "../../../src/core/models.js";

describe("the facts of a model", () => {
  it("of a reranker are found however its id is capitalised", () => {
    expect(rerankModel("Salesforce/Llama-Rank-V1")?.maxDocuments).toBe(1024);
    expect(rerankModel("salesforce/llama-rank-v1")).toBe(rerankModel("Salesforce/Llama-Rank-V1"));
    expect(rerankModel("mixedbread-ai/Mxbai-Rerank-Large-V2")?.maxInputTokens).toBe(32_768);
  });

  it("of an embedding model are found by its id", () => {
    expect(embeddingModel("BAAI/bge-large-en-v1.5")?.dimensions).toBe(1024);
  });

  it.each(["me/model", "constructor", "__proto__", ""])("are none for %j", (id) => {
    expect(rerankModel(id)).toBeUndefined();
    expect(embeddingModel(id)).toBeUndefined();
  });
});
