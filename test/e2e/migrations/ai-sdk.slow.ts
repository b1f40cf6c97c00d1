import { createTogetherAI } from "@ai-sdk/togetherai";
import { embed, embedMany, rerank, type EmbeddingModel } from "ai";
import { expect, it, vi } from "vitest";
import { createTogether, type EmbeddingModelOptions } from "together-retrieval/ai-sdk";
import { errorWithoutDelays } from "./impatient.js";
import type { Make, Model } from "./models.js";
import { proves } from "./proofs.js";
import { sharedProofs } from "./shared.js";
import { body, keys, MODEL, question, RERANKER, texts, stubNetwork } from "./world.js";

const some = texts.slice(0, 6);
const togetherai = (options = {}) => createTogetherAI(options);
const reranker = {
  before: () => togetherai().rerankingModel(RERANKER),
  after: () => createTogether().rerankingModel(RERANKER),
};

const before: Make = (options) => {
  const model = togetherai(options).embeddingModel(MODEL);
  return modelOf(model, model);
};

const after: Make = (options: EmbeddingModelOptions = {}) => {
  const provider = createTogether();
  const queries = provider.embeddingModel(MODEL, { ...options, inputType: "query" });
  return modelOf(provider.embeddingModel(MODEL, options), queries);
};

function modelOf(documents: EmbeddingModel, queries: EmbeddingModel): Model {
  return {
    embed: async (values) => (await embedMany({ model: documents, values })).embeddings,
    embedQuery: async (value) => (await embed({ model: queries, value })).embedding,
  };
}

proves(
  "ai-sdk-togetherai",
  {
    "API key": async () => {
      const warn = vi.spyOn(console, "warn").mockReturnValue();
      for (const name of ["TOGETHER_API_KEY", "TOGETHER_AI_API_KEY"]) {
        keys(name);
        // @ai-sdk/togetherai counts an empty variable as set.
        if (name !== "TOGETHER_API_KEY") vi.stubEnv("TOGETHER_API_KEY", undefined);
        stubNetwork();
        await expect(before().embed(["a"])).resolves.toHaveLength(1);
        await expect(after().embed(["a"])).resolves.toHaveLength(1);
        expect(warn).toHaveBeenCalledTimes(name === "TOGETHER_API_KEY" ? 0 : 1);
      }
    },
    "a response with too few vectors": async () => {
      keys("TOGETHER_API_KEY");
      stubNetwork({ faults: () => "missing-item" });
      await expect(before().embed(some)).resolves.toHaveLength(some.length - 1);
      await expect(after({ maxRetries: 0 }).embed(some)).rejects.toMatchObject({ code: "invalid_response" });
    },
    "three responses of 429": async () => {
      keys("TOGETHER_API_KEY");
      const limited = { faults: [429, 429, 429].map((status) => ({ status })) };
      const emulator = stubNetwork(limited);
      expect(await errorWithoutDelays(() => before().embed(some))).toMatchObject({ name: "AI_RetryError" });
      expect(emulator.requests).toHaveLength(3);
      stubNetwork(limited);
      await expect(errorWithoutDelays(() => after({ maxRetries: 0 }).embed(some))).resolves.toHaveLength(
        some.length,
      );
    },
    "a 500": async ({ after: said }) => {
      keys("TOGETHER_API_KEY");
      const emulator = stubNetwork({ faults: () => ({ status: 500 }) });
      await errorWithoutDelays(() => before().embed(some));
      expect(emulator.requests).toHaveLength(3);
      emulator.clear();
      expect(await errorWithoutDelays(() => after().embed(some))).toMatchObject({ code: "server_error" });
      expect(emulator.requests).toHaveLength(6);
      expect(said).toContain("(5)");
    },
    "too many texts for the server": async () => {
      keys("TOGETHER_API_KEY");
      stubNetwork({ maxBatchTexts: 100 });
      await expect(before().embed(texts)).rejects.toMatchObject({ statusCode: 413 });
      await expect(after().embed(texts)).resolves.toHaveLength(texts.length);
    },
    "more than 1,024 documents": async () => {
      keys("TOGETHER_API_KEY");
      const emulator = stubNetwork();
      const documents = Array.from({ length: 1100 }, (_, place) => `bees of ${place}`);
      const ranking = (model: Parameters<typeof rerank>[0]["model"]) =>
        rerank({ model, query: question, documents });
      await expect(ranking(reranker.before())).rejects.toMatchObject({ statusCode: 400 });
      const { ranking: ranked } = await ranking(reranker.after());
      expect(ranked.map(({ originalIndex }) => originalIndex).toSorted((a, b) => a - b)).toEqual(
        documents.map((_, place) => place),
      );
      expect(emulator.requests.length).toBeGreaterThan(2);
    },
    "a ranking with usage: null": async () => {
      keys("TOGETHER_API_KEY");
      stubNetwork({ faults: () => "usage-null" });
      const asked = { query: question, documents: some };
      await expect(rerank({ ...asked, model: reranker.before() })).rejects.toThrow(/./);
      const { ranking } = await rerank({ ...asked, model: reranker.after() });
      expect(ranking).toHaveLength(some.length);
    },
    dimensions: async () => {
      keys("TOGETHER_API_KEY");
      const emulator = stubNetwork();
      const asking = (name: string, model: EmbeddingModel) =>
        embedMany({ model, values: some, providerOptions: { [name]: { dimensions: 256 } } });
      const old = asking("togetherai", togetherai().embeddingModel(MODEL));
      await expect(old).rejects.toMatchObject({ statusCode: 400 });
      expect(body(emulator)).toMatchObject({ dimensions: 256 });
      emulator.clear();
      const now = asking("together", createTogether().embeddingModel(MODEL));
      await expect(now).rejects.toMatchObject({ code: "invalid_option" });
      expect(emulator.requests).toHaveLength(0);
    },
    rankFields: async () => {
      keys("TOGETHER_API_KEY");
      const emulator = stubNetwork();
      const asked = { query: question, documents: [{ title: "Bees", text: "need light" }] };
      const options = { rankFields: ["text"] };
      await rerank({ ...asked, model: reranker.before(), providerOptions: { togetherai: options } });
      expect(body(emulator)).toMatchObject({ documents: asked.documents, rank_fields: ["text"] });
      const now = rerank({ ...asked, model: reranker.after(), providerOptions: { together: options } });
      await expect(now).rejects.toMatchObject({ code: "invalid_option" });
      await rerank({ ...asked, model: reranker.after() });
      expect(body(emulator, 1)["documents"]).toEqual(asked.documents.map((one) => JSON.stringify(one)));
    },
    "options per call": async () => {
      keys("TOGETHER_API_KEY");
      const emulator = stubNetwork({ rank: (_query, all) => all.map((_, place) => place / 10) });
      const model = createTogether().embeddingModel(MODEL);
      await embed({ model, value: question, providerOptions: { together: { inputType: "query" } } });
      expect(body(emulator)["input"]).not.toEqual([question]);
      const { ranking } = await rerank({
        model: reranker.after(),
        query: question,
        documents: some,
        providerOptions: { together: { minScore: 0.25 } },
      });
      expect(ranking).toHaveLength(3);
    },
    "a wrong key": async () => {
      vi.stubEnv("TOGETHER_API_KEY", "wrong");
      stubNetwork();
      await expect(before().embed(some)).rejects.toMatchObject({ name: "AI_APICallError", statusCode: 401 });
      const now = after().embed(some);
      await expect(now).rejects.toMatchObject({ name: "TogetherError", status: 401, code: "unauthorized" });
    },
    "other kinds of models": () => {
      keys("TOGETHER_API_KEY");
      const { chatModel, completionModel, imageModel } = togetherai();
      expect([chatModel("a"), completionModel("a"), imageModel("a")]).toHaveLength(3);
      expect(() => createTogether().languageModel("a")).toThrow(/@ai-sdk\/togetherai/);
      expect(() => createTogether().imageModel("a")).toThrow(
        expect.objectContaining({ name: "AI_NoSuchModelError" }),
      );
    },
  },
  sharedProofs(before, after),
);

it("reads the environment in the default instance as in createTogether (ai-sdk-togetherai)", async () => {
  keys("TOGETHER_API_KEY");
  const emulator = stubNetwork();
  const { together } = await import("together-retrieval/ai-sdk");
  await embedMany({ model: together.embeddingModel(MODEL), values: some });
  expect(emulator.requests).toHaveLength(1);
});
