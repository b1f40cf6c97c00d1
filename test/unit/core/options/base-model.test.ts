import { describe, expect, it } from "vitest";
import { embeddingModels, knownModels } from "../../../../src/core/models.js";
import { Embedder, Reranker, rerankModel, type EmbedderOptions } from "../../../../src/index.js";
import { errorMessage } from "../../../support/error-message.js";
import { bench, EMBEDDING, only, RERANK, rejection, texts } from "../../../support/emulate.js";
import { MemoryStore } from "../../../support/store.js";

const BGE = "BAAI/bge-base-en-v1.5";
const E5 = "intfloat/multilingual-e5-large-instruct";
const LLAMA_RANK = "Salesforce/Llama-Rank-V1";
const MXBAI = "mixedbread-ai/Mxbai-Rerank-Large-V2";

/** Returns a server whose endpoint returns vectors of 768 dimensions, like BGE's base model. */
function endpoint(dimensions = 768): ReturnType<typeof bench> {
  return bench({
    models: { "acme/bge": { type: "embedding", dimensions } },
    embed: (list) => list.map(() => Array.from({ length: dimensions }, () => 1)),
  });
}

const bge = { model: "acme/bge", baseModel: BGE } as const;

describe("baseModel of an embedder", () => {
  it("adds the model's prefix to queries, and sends the endpoint's name", async () => {
    const { embedder, bodies } = endpoint();
    await embedder(bge).embedQuery("a question");
    await embedder(bge).embed(["a document"]);
    expect(bodies()).toMatchObject([
      { model: "acme/bge", input: ["Represent this sentence for searching relevant passages: a question"] },
      { model: "acme/bge", input: ["a document"] },
    ]);
  });

  it("reports texts beyond the model's token limit", async () => {
    const { embedder, events } = endpoint();
    await embedder(bge).embed(["short", "long ".repeat(600)]);
    expect(only(events, "text-too-long")).toMatchObject([{ indexes: [1], maxInputTokens: 512 }]);
    await expect(
      embedder({ ...bge, longText: "reject", countTokens: () => 513 }).embed(["long"]),
    ).rejects.toMatchObject({ code: "text_too_long" });
  });

  it("gives the dimensions before the first response", () => {
    expect(endpoint().embedder(bge).dimensions).toBe(768);
  });

  it.each<[Partial<EmbedderOptions>, string]>([
    [{ queryPrefix: "query: " }, "query: a question"],
    [{ queryPrefix: "" }, "a question"],
  ])("yields to %j", async (own, sent) => {
    const { embedder, bodies } = endpoint();
    await embedder({ ...bge, ...own }).embedQuery("a question");
    expect(bodies()[0]?.input).toEqual([sent]);
  });

  it("yields to maxInputTokens and dimensions", async () => {
    const { embedder, events } = endpoint(256);
    const one = embedder({ ...bge, maxInputTokens: 9, dimensions: 256 });
    await one.embed(["long ".repeat(20)]);
    expect(only(events, "text-too-long")).toMatchObject([{ maxInputTokens: 9 }]);
    expect(one.dimensions).toBe(256);
  });

  it("has priority over a known `model`", async () => {
    const { embedder, bodies } = bench({ models: { [BGE]: { type: "embedding", dimensions: 1024 } } });
    await embedder({ model: BGE, baseModel: E5, dimensions: 4 }).embedQuery("a question");
    expect(bodies()[0]?.input[0]).toMatch(/^Instruct: .+\nQuery: a question$/s);
  });

  it("causes an error that names both lengths if vectors have another length, and returns nothing", async () => {
    const { embedder, emulator } = endpoint(1024);
    const error = await rejection(embedder(bge).embed(texts(3)));
    expect(error).toMatchObject({
      code: "invalid_option",
      message: expect.stringMatching(
        /^Cannot embed 3 texts with "acme\/bge": `baseModel` is "BAAI\/bge-base-en-v1.5", which has 768 dimensions, but the model returns vectors of length 1024; set it to the model that runs there, or set `dimensions` to 1024 \(see .+#invalid_option\)$/,
      ) as string,
    });
    expect(emulator.requests.length).toBe(1);
  });

  it("is not compared with a `model` that is known only by its name", async () => {
    const { embedder } = bench({ models: { [BGE]: { type: "embedding", dimensions: 4 } } });
    const one = embedder({ model: BGE });
    await one.embed(["a"]);
    expect(one.dimensions).toBe(4);
  });

  it("changes no key of the cache", async () => {
    const { embedder, emulator } = endpoint();
    const cache = new MemoryStore();
    await embedder({ model: "acme/bge", queryPrefix: "", cache }).embed(["a"]);
    await embedder({ ...bge, cache }).embed(["a"]);
    expect(emulator.requests.length).toBe(1);
  });

  it("leaves the endpoint's name in properties and events", async () => {
    const { embedder, events } = endpoint();
    const one = embedder(bge);
    await one.embed(["a"]);
    expect(one.model).toBe("acme/bge");
    expect(new Set(events.map(({ model }) => model))).toEqual(new Set(["acme/bge"]));
  });

  it.each(Object.keys(embeddingModels))("accepts %s", (baseModel) => {
    expect(errorMessage({ baseModel })).toContain("no error with");
  });
});

describe("baseModel of a reranker", () => {
  const models = { [RERANK]: { type: "rerank" } } as const;

  it.each([LLAMA_RANK, LLAMA_RANK.toLowerCase()])(
    "limits a request to its documents: %s",
    async (baseModel) => {
      const { reranker, emulator } = bench({ models });
      await reranker({ baseModel }).rerank("q", texts(1_025), String);
      expect(emulator.requests.map((request) => request.texts)).toEqual([1_024, 1]);
      emulator.clear();
      await reranker({ baseModel, batchSize: 1_025 }).rerank("q", texts(1_025), String);
      expect(emulator.requests.map((request) => request.texts)).toEqual([1_025]);
    },
  );

  it.each([LLAMA_RANK, MXBAI])("reports documents beyond its token limit: %s", async (baseModel) => {
    const { reranker, events } = bench({ models });
    await reranker({ baseModel }).rerank("q", ["1", "語".repeat(33_000)], String);
    const { maxInputTokens } = rerankModel(baseModel) ?? {};
    expect(only(events, "text-too-long")).toMatchObject([{ model: RERANK, indexes: [1], maxInputTokens }]);
  });
});

describe("unknown baseModel", () => {
  const embedders = `it takes ${knownModels.embedding.join(", ")}`;
  const rerankers = `it takes ${knownModels.rerank.join(", ")}`;

  it.each([
    [Embedder, "baai/bge_base-en-v1.5", `did you mean "${BGE}"?`],
    [Embedder, "multilingual-e5-large-instruct", `did you mean "${E5}"?`],
    [Reranker, "Llama-Rank-V1", `did you mean "${LLAMA_RANK}"?`],
  ])("causes an error of %o with the nearest: %s", (made, baseModel, fix) => {
    const kind = made === Embedder ? "embedding" : "rerank";
    expect(errorMessage({ baseModel }, made)).toBe(
      `Cannot create ${made.name}: \`baseModel\` is not the id of a known ${kind} model; ${fix}`,
    );
  });

  it("causes an error with all known models, if none is near", () => {
    expect(errorMessage({ baseModel: "acme/bge" })).toBe(
      `Cannot create Embedder: \`baseModel\` is not the id of a known embedding model; ${embedders}; for another model, ` +
        "leave it out and set `queryPrefix`, `maxInputTokens` and `dimensions`",
    );
    expect(errorMessage({ baseModel: "constructor" }, Reranker)).toBe(
      `Cannot create Reranker: \`baseModel\` is not the id of a known rerank model; ${rerankers}; for another model, ` +
        "leave it out and set `batchSize`",
    );
  });

  it("causes an error that names the kind, if it is a model of the other kind", () => {
    expect(errorMessage({ baseModel: LLAMA_RANK })).toBe(
      `Cannot create Embedder: \`baseModel\` is a rerank model, not an embedding model; ${embedders}`,
    );
    expect(errorMessage({ baseModel: BGE }, Reranker)).toBe(
      `Cannot create Reranker: \`baseModel\` is an embedding model, not a rerank model; ${rerankers}`,
    );
  });

  it.each(["", " ", 5, null])("causes an error: %j", (baseModel) => {
    expect(errorMessage({ baseModel })).toMatch(/^Cannot create Embedder: `baseModel` is /);
  });

  it("is not quoted, because it may be a key", () => {
    expect(errorMessage({ baseModel: "tgp_v1_secret" })).not.toContain("secret");
  });
});

describe("event model-unknown", () => {
  it("is emitted once per embedder, before its first request", async () => {
    const { embedder, events } = bench();
    const one = embedder();
    expect(events).toEqual([]);
    await one.embed([]);
    expect(events).toEqual([]);
    await Promise.all([one.embed(["a", "b"]), one.embedQuery("a question")]);
    await one.embed(["c"]);
    expect(events[0]).toEqual({ type: "model-unknown", operation: "embed", model: EMBEDDING });
    await embedder().embedQuery("a question");
    expect(only(events, "model-unknown")).toHaveLength(2);
  });

  it("is emitted by a stream", async () => {
    const { embedder, events } = bench();
    for await (const { index } of embedder({ batchSize: 1 }).embedStream(texts(3)))
      expect(index).toBeLessThan(3);
    expect(events.map(({ type }) => type).indexOf("model-unknown")).toBe(0);
    expect(only(events, "model-unknown")).toHaveLength(1);
  });

  it.each<Partial<EmbedderOptions>>([
    { queryPrefix: "" },
    { queryPrefix: "query: " },
    { baseModel: BGE, dimensions: 4 },
  ])("is not emitted with %j", async (own) => {
    const { embedder, events } = bench();
    await embedder(own).embedQuery("a question");
    expect(only(events, "model-unknown")).toEqual([]);
  });

  it("is not emitted for a known model, nor by a reranker", async () => {
    const { embedder, reranker, events } = bench({
      models: { [BGE]: { type: "embedding", dimensions: 4 }, [RERANK]: { type: "rerank" } },
    });
    await embedder({ model: BGE }).embedQuery("a question");
    await reranker().rerank("q", ["1"], String);
    expect(only(events, "model-unknown")).toEqual([]);
  });
});
