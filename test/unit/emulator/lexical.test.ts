import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createEmulator } from "../../../src/emulator/index.js";
import { UNIT, cosine, embed, vectorsFrom, type EmbeddingsJson } from "./support.js";

function floatsFrom(base64: unknown): number[] {
  const bytes = Buffer.from(base64 as string, "base64");
  return Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readFloatLE(4 * at));
}

describe("lexical vectors", () => {
  const fetch = createEmulator().fetch;

  it("are the same in base64 and as floats, finite, and of the model's size, whatever the texts", () =>
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

  it("do not depend on the other texts of a request, and differ for different texts", () =>
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

  it("bring a question near the passage that answers it in its words", async () => {
    const passages = [
      "Photosynthesis turns light into sugar in the leaves of plants.",
      "The stock exchange closed higher on Friday after a quiet week.",
      "Rate limits refuse requests that come faster than an account allows.",
    ];
    const [question, ...vectors] = await vectorsFrom(
      embed(fetch, ["How do plants make sugar from light?", ...passages]),
    );
    const likeness = vectors.map((vector) => cosine(question ?? [], vector));
    expect(likeness[0]).toBeGreaterThan(Math.max(likeness[1] ?? 1, likeness[2] ?? 1) + 0.2);
  });

  it.each([
    "Represent this sentence for searching relevant passages: ",
    "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery: ",
  ])("are moved by the instruction %j, but not away from their match", async (instruction) => {
    const passage = "An index remembers where each word occurs.";
    const query = "where does a word occur";
    const [plain, instructed, match] = await vectorsFrom(embed(fetch, [query, instruction + query, passage]));
    expect(instructed).not.toEqual(plain);
    const [before, after] = [cosine(plain ?? [], match ?? []), cosine(instructed ?? [], match ?? [])];
    expect(Math.abs(after - before)).toBeLessThan(0.03);
  });

  it("see one word in its singular and plural, and the parts of a camelCase name", async () => {
    const texts = ["retries", "retry", "similaritySearch", "similarity search", "bananas"];
    const [plural, singular, camel, words, other] = await vectorsFrom(embed(fetch, texts));
    expect(cosine(plural ?? [], singular ?? [])).toBeGreaterThan(0.9);
    expect(cosine(camel ?? [], words ?? [])).toBeGreaterThan(0.9);
    expect(Math.abs(cosine(plural ?? [], other ?? []))).toBeLessThan(0.3);
  });

  it("compare texts in scripts without spaces", async () => {
    const [question, match, other] = await vectorsFrom(
      embed(fetch, ["東京の天気", "今日の東京の天気は晴れです", "猫は魚を食べる"]),
    );
    expect(cosine(question ?? [], match ?? [])).toBeGreaterThan(cosine(question ?? [], other ?? []) + 0.1);
  });
});
