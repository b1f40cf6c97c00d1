import * as fc from "fast-check";
import { estimateTokens } from "../../../src/core/tokens.js";
import { describe, expect, it, vi } from "vitest";
import { see } from "../../support/error-message.js";
import { bench, only, rejection } from "../../support/emulate.js";

/** Counts every character as a token. */
function countTokens(text: string): number {
  return text.length;
}

describe("long texts", () => {
  it('sends long texts with "send" and emits their indexes, by estimates or by countTokens', async () => {
    const { embedder, events, bodies } = bench();
    const list = ["short", "long ".repeat(100), "short", "longer ".repeat(100)];
    await embedder({ maxInputTokens: 60 }).embed(list);
    await embedder({ maxInputTokens: 600, countTokens }).embed(list);
    expect(bodies().flatMap(({ input }) => input).length).toBe(6);
    expect(only(events, "text-too-long")).toMatchObject([
      { indexes: [1, 3], longestTokens: 136, maxInputTokens: 60 },
      { indexes: [3], longestTokens: 700, maxInputTokens: 600 },
    ]);
  });

  it("emits nothing, and rejects nothing, if all texts fit", async () => {
    const { embedder, events } = bench();
    const one = embedder({ maxInputTokens: 5, countTokens, longText: "reject" });
    expect((await one.embed(["12345", "1"])).vectors.length).toBe(2);
    expect(only(events, "text-too-long")).toEqual([]);
  });

  it("uses the limit of a known model", async () => {
    const model = "BAAI/bge-base-en-v1.5";
    const { embedder, events } = bench({ models: { [model]: { type: "embedding", dimensions: 4 } } });
    await embedder({ model, countTokens }).embed(["x".repeat(512), "y".repeat(513)]);
    expect(only(events, "text-too-long")).toMatchObject([{ indexes: [1], maxInputTokens: 512 }]);
  });

  it("counts the prefix of a text", async () => {
    const { embedder, events } = bench();
    await embedder({ maxInputTokens: 10, countTokens, documentPrefix: "passage: " }).embed(["ab"]);
    expect(only(events, "text-too-long")).toMatchObject([{ longestTokens: 11 }]);
  });

  it('rejects long texts with "reject" before any request, by their index', async () => {
    const { embedder, emulator } = bench();
    const one = embedder({ longText: "reject", maxInputTokens: 5, countTokens });
    const error = await rejection(one.embed(["12345", "123456", "1"]));
    expect(error).toMatchObject({
      code: "text_too_long",
      index: 1,
      message: `Cannot embed 3 texts with "me/embedding": the text at index 1 is longer than the model's 5 tokens; split them, or set \`longText: "send"\`${see("text_too_long")}`,
    });
    const several = await rejection(one.embed(["123456", "1", "1234567"]));
    expect(several).not.toHaveProperty("index");
    expect(several).toMatchObject({
      message: expect.stringContaining("the texts at indexes 0 and 2 are longer than the model's 5 tokens"),
    });
    expect(await rejection(one.embedQuery("123456"))).toMatchObject({ code: "text_too_long", index: 0 });
    expect(emulator.requests.length).toBe(0);
    expect((await one.embed(["12345"])).vectors.length).toBe(1);
  });

  it("calls countTokens with one text and no other argument", async () => {
    const { embedder } = bench();
    const spy = vi.fn<typeof countTokens>(countTokens);
    await embedder({ countTokens: spy }).embed(["a", "bb", "a"]);
    expect(spy.mock.calls).toEqual([["a"], ["bb"]]);
  });

  it("accepts 0 from countTokens for unknown texts", async () => {
    const { embedder } = bench();
    expect((await embedder({ countTokens: () => 0 }).embed(["a", "b"])).vectors.length).toBe(2);
  });

  it.each([
    ["the tokens themselves", () => [1, 2, 3]],
    ["a promise", () => Promise.resolve(3)],
    ["nothing", () => undefined],
    ["NaN", () => Number.NaN],
    ["a negative number", () => -1],
  ])("rejects countTokens that returns %s", async (_, count) => {
    const { embedder, emulator } = bench();
    const one = embedder({ longText: "reject", maxInputTokens: 1, countTokens: count as never });
    expect(await rejection(one.embed(["a text"]))).toMatchObject({
      code: "invalid_option",
      index: 0,
      message: `Cannot embed 1 text with "me/embedding": \`countTokens\` returned no number for the text at index 0; return the number of tokens of the text, 0 or more, not a promise${see("invalid_option")}`,
    });
    expect(emulator.requests.length).toBe(0);
  });
});

/** Any code units, unpaired surrogates among them. */
const units = fc.array(fc.integer({ min: 0, max: 0xffff })).map((codes) => String.fromCharCode(...codes));

describe("estimateTokens", () => {
  it("returns a whole number between 2 and 2 plus the number of characters", () => {
    fc.assert(
      fc.property(units, (drawn) => {
        const tokens = estimateTokens(drawn);
        expect(Number.isInteger(tokens)).toBe(true);
        expect(tokens).toBeGreaterThanOrEqual(2);
        expect(tokens).toBeLessThanOrEqual(2 + drawn.length);
      }),
    );
  });

  it("does not decrease when text is added", () => {
    fc.assert(
      fc.property(units, units, (less, more) => {
        expect(estimateTokens(less + more)).toBeGreaterThanOrEqual(estimateTokens(less));
      }),
    );
  });

  it("counts a letter less than a digit, a digit less than other characters, and white space as nothing", () => {
    const [letters, digits, others, blanks] = ["azmAZM", "059", "/:@[`{~!-ü植", " \t\n"].map(
      (kind) => new Set(Array.from(kind, (one) => estimateTokens(one.repeat(90)) - estimateTokens(""))),
    );
    for (const kind of [letters, digits, others, blanks]) expect(kind?.size).toBe(1);
    const [letter, digit, other, blank] = [letters, digits, others, blanks].map(
      (kind) => [...(kind ?? [])][0],
    );
    expect(letter).toBeLessThan(digit as number);
    expect(digit).toBeLessThan(other as number);
    expect(other).toBe(90);
    expect(letter).toBeGreaterThan(0);
    expect(blank).toBe(0);
  });

  it("differs by less than a third from BERT's count for prose, code and Chinese", () => {
    // A token for each of these words, signs and characters, and two special ones.
    const counted: [string, number][] = [
      ["The quick brown fox jumps over the lazy dog.", 12],
      ["if (count > 10) { return list[0]; }", 16],
      ["植物通过光合作用把阳光变成糖", 16],
    ];
    for (const [text, tokens] of counted) {
      expect(Math.abs(estimateTokens(text) / tokens - 1)).toBeLessThan(1 / 3);
    }
  });
});
