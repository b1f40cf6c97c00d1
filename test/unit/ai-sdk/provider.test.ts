import { AISDKError, createProviderRegistry, customProvider, embed, NoSuchModelError, rerank } from "ai";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createTogether, together } from "../../../src/ai-sdk/index.js";
import { bench, EMBEDDING, KEY, RERANK, vectorOf } from "../../support/emulate.js";

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("createTogether()", () => {
  it("creates a provider that a registry accepts", async () => {
    const { emulator } = bench();
    const registry = createProviderRegistry({
      together: createTogether({ apiKey: KEY, fetch: emulator.fetch }),
    });
    const model = registry.embeddingModel(`together:${EMBEDDING}`);
    expect((await embed({ model, value: "a text" })).embedding).toEqual(vectorOf("a text"));
    const reranking = registry.rerankingModel(`together:${RERANK}`);
    const { ranking } = await rerank({ model: reranking, query: "a question", documents: ["1", "2"] });
    expect(ranking.map(({ score }) => score)).toEqual([2, 1]);
  });

  it("creates models that `customProvider` accepts, and a provider for all others", async () => {
    const { emulator } = bench();
    const all = createTogether({ apiKey: KEY, fetch: emulator.fetch });
    const provider = customProvider({
      embeddingModels: { search: all.embeddingModel(EMBEDDING, { normalize: true }) },
      fallbackProvider: all,
    });
    const { embedding } = await embed({ model: provider.embeddingModel("search"), value: "a text" });
    expect(Math.hypot(...embedding)).toBeCloseTo(1, 6);
    const other = await embed({ model: provider.embeddingModel(EMBEDDING), value: "a text" });
    expect(other.embedding).toEqual(vectorOf("a text"));
  });

  it.each(["languageModel", "imageModel"] as const)("throws the AI SDK's own error for a %s", (kind) => {
    const modelId = "openai/gpt-oss-20b";
    const error: unknown = thrownBy(() => createTogether({ apiKey: KEY })[kind](modelId));
    expect(NoSuchModelError.isInstance(error)).toBe(true);
    expect(AISDKError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ modelId, modelType: kind });
    expect(String(error)).toMatch(/Cannot use "openai\/gpt-oss-20b" as .+; use @ai-sdk\/togetherai/);
  });

  it.each([
    [{ timeOut: 3 }, /^Cannot create a provider: `timeOut` is not an option; did you mean `timeout`\?/],
    [{ timeout: "soon" }, /^Cannot create a provider: `timeout` is a string; it must be/],
    [{ model: EMBEDDING }, /^Cannot create a provider: `model` is not an option/],
    ["key", /^Cannot create a provider: it was given no options; write createTogether\(/],
  ])("rejects the options %o before a model is created", (options, message) => {
    expect(() => createTogether(options as never)).toThrow(message);
  });

  it("lets a model's options win over those of the provider", () => {
    const provider = createTogether({ apiKey: KEY, timeout: 5 });
    expect(() => provider.embeddingModel(EMBEDDING, { timeout: 0 })).toThrow("`timeout` is 0");
    expect(() => provider.embeddingModel(EMBEDDING, { timeout: undefined })).not.toThrow();
  });

  it("returns the same model for the same id, with its estimated limits", () => {
    const provider = createTogether({ apiKey: KEY });
    expect(provider.embeddingModel(EMBEDDING)).toBe(provider.embeddingModel(EMBEDDING));
    expect(provider.rerankingModel(RERANK)).toBe(provider.rerankingModel(RERANK));
    expect(provider.embeddingModel(EMBEDDING, {})).not.toBe(provider.embeddingModel(EMBEDDING));
  });
});

function thrownBy(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return error;
  }
}

describe("together", () => {
  it("reads the key when its first model is created", async () => {
    const { emulator } = bench();
    vi.stubEnv("TOGETHER_API_KEY", "");
    vi.stubEnv("TOGETHER_AI_API_KEY", "");
    const create = () => together.embeddingModel(EMBEDDING, { fetch: emulator.fetch });
    expect(create).toThrow(expect.objectContaining({ code: "missing_api_key" }));
    vi.stubEnv("TOGETHER_API_KEY", KEY);
    const { embedding } = await embed({ model: create(), value: "a text" });
    expect(embedding).toEqual(vectorOf("a text"));
  });
});
