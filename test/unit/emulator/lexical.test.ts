import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createEmulator } from "../../../src/emulator/index.js";
import { UNIT, cosine, embed, vectorsFrom, type EmbeddingsJson } from "./support.js";

function floatsFrom(base64: unknown): number[] {
  const bytes = Buffer.from(base64 as string, "base64");
  return Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readFloatLE(4 * at));
}

describe("lexical embedding model", () => {
  const fetch = createEmulator().fetch;

  it("returns the same finite vectors of the model's dimensions in base64 and as floats, for any texts", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: "grapheme" }), { minLength: 1, maxLength: 5 }),
        async (texts) => {
          const floats = await vectorsFrom(embed(fetch, texts, { model: UNIT }));
          const { data } = (await (
            await embed(fetch, texts, { model: UNIT, encoding_format: "base64" })
          ).json()) as EmbeddingsJson;
          expect(data.map(({ embedding }) => floatsFrom(embedding))).toEqual(
            floats.map((vector) => vector.map(Math.fround)),
          );
          expect(floats.flat().every(Number.isFinite)).toBe(true);
          expect(floats.map((vector) => vector.length)).toEqual(texts.map(() => 1024));
        },
      ),
    ));

  it("returns a vector that depends on its own text only, and is unique", () =>
    fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.string(), { minLength: 2, maxLength: 4 }), async (texts) => {
        const together = await vectorsFrom(embed(fetch, texts));
        const alone = await Promise.all(
          texts.map(async (text) => (await vectorsFrom(embed(fetch, text)))[0]),
        );
        expect(together).toEqual(alone);
        expect(new Set(together.map(String)).size).toBe(texts.length);
      }),
    ));

  it("places a question near the passage with the same words", async () => {
    const passages = [
      "Photosynthesis turns light into sugar in the leaves of plants.",
      "The stock exchange closed higher on Friday after a quiet week.",
      "Rate limits refuse requests that come faster than an account allows.",
    ];
    const [question, ...vectors] = await vectorsFrom(
      embed(fetch, ["How do plants make sugar from light?", ...passages]),
    );
    const similarity = vectors.map((vector) => cosine(question ?? [], vector));
    expect(similarity[0]).toBeGreaterThan(Math.max(similarity[1] ?? 1, similarity[2] ?? 1) + 0.2);
  });

  it.each([
    "Represent this sentence for searching relevant passages: ",
    "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery: ",
  ])("changes a vector for the instruction %j, but not its similarity to the match", async (instruction) => {
    const passage = "An index remembers where each word occurs.";
    const query = "where does a word occur";
    const [plain, instructed, match] = await vectorsFrom(embed(fetch, [query, instruction + query, passage]));
    expect(instructed).not.toEqual(plain);
    const [before, after] = [cosine(plain ?? [], match ?? []), cosine(instructed ?? [], match ?? [])];
    expect(Math.abs(after - before)).toBeLessThan(0.03);
  });

  it("stems plurals and splits camelCase names", async () => {
    const texts = ["retries", "retry", "similaritySearch", "similarity search", "bananas"];
    const [plural, singular, camel, words, other] = await vectorsFrom(embed(fetch, texts));
    expect(cosine(plural ?? [], singular ?? [])).toBeGreaterThan(0.9);
    expect(cosine(camel ?? [], words ?? [])).toBeGreaterThan(0.9);
    expect(Math.abs(cosine(plural ?? [], other ?? []))).toBeLessThan(0.3);
  });

  it("compares texts in scripts without spaces", async () => {
    const [question, match, other] = await vectorsFrom(
      embed(fetch, ["東京の天気", "今日の東京の天気は晴れです", "猫は魚を食べる"]),
    );
    expect(cosine(question ?? [], match ?? [])).toBeGreaterThan(cosine(question ?? [], other ?? []) + 0.1);
  });
});
