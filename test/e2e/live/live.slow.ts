import { describe, expect, it } from "vitest";
import { Embedder, Reranker } from "../../../src/index.js";
import { drivers } from "../../integration/contract/drivers/index.js";

const { TOGETHER_API_KEY: apiKey, TOGETHER_BASE_URL: baseURL } = process.env;
const { TOGETHER_LIVE_MODEL: model, TOGETHER_LIVE_RERANK_MODEL: rerankModel } = process.env;

const TEXTS = ["Rust eats iron.", "Plants turn light into sugar.", "Bees live on nectar."];
const QUESTION = "What do plants make from light?";
/** The index of the text that answers the question. */
const ANSWER = 1;

function cosine(one: ArrayLike<number>, other: ArrayLike<number>): number {
  return dot(one, other) / Math.sqrt(dot(one, one) * dot(other, other));
}

function dot(one: ArrayLike<number>, other: ArrayLike<number>): number {
  return Array.from(one).reduce((sum, value, place) => sum + value * other[place]!, 0);
}

describe.skipIf(model === undefined).each(drivers)("live embeddings in $framework", (driver) => {
  const embeddings = () => driver.embeddings({ model: model!, apiKey, baseURL });

  it("returns each text's own vector, the same alone and in a list", async () => {
    const together = await embeddings().documents(TEXTS);
    const alone = await Promise.all(TEXTS.map(async (text) => (await embeddings().documents([text]))[0]!));
    expect(together).toHaveLength(TEXTS.length);
    for (const [place, vector] of together.entries()) {
      expect(cosine(vector, alone[place]!)).toBeGreaterThan(0.999);
    }
  });

  it("finds the text that answers a question", async () => {
    const [query, vectors] = [await embeddings().query(QUESTION), await embeddings().documents(TEXTS)];
    const similarities = vectors.map((vector) => cosine(vector, query));
    expect(similarities.indexOf(Math.max(...similarities))).toBe(ANSWER);
  });
});

describe.skipIf(model === undefined)("embeddings of the live service", () => {
  it("returns the same numbers as base64 and as floats", async () => {
    const [base64, floats] = await Promise.all(
      (["base64", "float"] as const).map(async (encodingFormat) => {
        const { vectors } = await new Embedder({ model: model!, apiKey, baseURL, encodingFormat }).embed(
          TEXTS,
        );
        return vectors;
      }),
    );
    for (const [place, vector] of base64!.entries()) {
      expect(cosine(vector, floats![place]!)).toBeGreaterThan(0.9999);
    }
  });

  it("returns a thousand vectors, complete and in order", { timeout: 300_000 }, async () => {
    const texts = Array.from({ length: 1000 }, (_, place) => `Text number ${place}`);
    const embedder = new Embedder({ model: model!, apiKey, baseURL });
    const { vectors } = await embedder.embed(texts);
    const { vectors: last } = await embedder.embed([texts[999]!]);
    expect(vectors).toHaveLength(1000);
    expect(cosine(vectors[999]!, last[0]!)).toBeGreaterThan(0.999);
  });

  it("rejects a wrong key", async () => {
    const embedder = new Embedder({ model: model!, apiKey: "not-a-key", baseURL });
    await expect(embedder.embed(["a text"])).rejects.toMatchObject({ code: "unauthorized" });
  });
});

describe.skipIf(rerankModel === undefined)("reranking of the live service", () => {
  it("returns the text that answers a question first, and at most topN results", async () => {
    const reranker = new Reranker({ model: rerankModel!, apiKey, baseURL, topN: 2 });
    const ranked = await reranker.rerank(QUESTION, TEXTS, (text) => text);
    expect(ranked.map(({ item }) => item)).toHaveLength(2);
    expect(ranked[0]?.item).toBe(TEXTS[ANSWER]);
  });
});
