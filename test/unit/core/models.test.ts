import { describe, expect, it } from "vitest";
import { embeddingModel, rerankModel } from "../../../src/core/models.js";

describe("embeddingModel() and rerankModel()", () => {
  it("finds a rerank model in any case", () => {
    expect(rerankModel("Salesforce/Llama-Rank-V1")?.maxDocuments).toBe(1024);
    expect(rerankModel("salesforce/llama-rank-v1")).toBe(rerankModel("Salesforce/Llama-Rank-V1"));
    expect(rerankModel("mixedbread-ai/Mxbai-Rerank-Large-V2")?.maxInputTokens).toBe(32_768);
  });

  it("finds an embedding model by its id", () => {
    expect(embeddingModel("BAAI/bge-large-en-v1.5")?.dimensions).toBe(1024);
  });

  it.each(["me/model", "constructor", "__proto__", ""])("returns undefined for %j", (id) => {
    expect(rerankModel(id)).toBeUndefined();
    expect(embeddingModel(id)).toBeUndefined();
  });
});
