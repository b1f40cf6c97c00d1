import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  Batches,
  BatchSize,
  estimateTokens,
  shareOf,
  type Batch,
  type Limits,
} from "../../../../src/core/embed/batch-queue.js";

const list = fc.array(fc.record({ text: fc.string(), tokens: fc.nat(50) }), { maxLength: 60 });
const limits = fc.record({
  texts: fc.integer({ min: 1, max: 20 }),
  tokens: fc.integer({ min: 1, max: 120 }),
});

function batchesOf(items: readonly { text: string; tokens: number }[]): Batches {
  return new Batches(
    items.map(({ text }) => text),
    items.map(({ tokens }) => tokens),
  );
}

function drain(batches: Batches, most: Limits): Batch[] {
  const taken: Batch[] = [];
  for (let one = batches.take(most); one; one = batches.take(most)) taken.push(one);
  return taken;
}

function sized(amount: number, tokens: number): Batch {
  return { places: [], texts: Array.from({ length: amount }, () => "x"), tokens };
}

describe("Batches", () => {
  it("join to the list again, in order and without loss", () => {
    fc.assert(
      fc.property(list, limits, (items, most) => {
        const taken = drain(batchesOf(items), most);
        expect(taken.flatMap(({ places }) => places)).toEqual(items.map((_, place) => place));
        expect(taken.flatMap(({ texts }) => texts)).toEqual(items.map(({ text }) => text));
      }),
    );
  });

  it("hold no more than the limits, but for a text too large by itself", () => {
    fc.assert(
      fc.property(list, limits, (items, most) => {
        for (const batch of drain(batchesOf(items), most)) {
          const sum = batch.places.reduce((tokens, place) => tokens + (items[place]?.tokens ?? 0), 0);
          expect(batch.tokens).toBe(sum);
          expect(batch.texts.length).toBeLessThanOrEqual(most.texts);
          expect(batch.texts.length === 1 || batch.tokens <= most.tokens).toBe(true);
        }
      }),
    );
  });

  it("may be full to the last token", () => {
    const exact = batchesOf([3, 4, 3].map((tokens) => ({ text: "x", tokens })));
    expect(exact.take({ texts: 9, tokens: 7 })?.places).toEqual([0, 1]);
  });

  it("are full: the first text of the next would not have fitted", () => {
    fc.assert(
      fc.property(list, limits, (items, most) => {
        const taken = drain(batchesOf(items), most);
        for (const [at, batch] of taken.slice(0, -1).entries()) {
          const next = items[taken[at + 1]?.places[0] ?? 0]?.tokens ?? 0;
          expect(batch.texts.length === most.texts || batch.tokens + next > most.tokens).toBe(true);
        }
      }),
    );
  });

  it("lose nothing when batches are given back, whatever the limits are then", () => {
    fc.assert(
      fc.property(list, limits, limits, fc.array(fc.boolean()), (items, first, second, refusals) => {
        const batches = batchesOf(items);
        const kept: Batch[] = [];
        for (const refused of refusals) {
          const batch = batches.take(first);
          if (batch && refused) batches.giveBack(batch);
          else if (batch) kept.push(batch);
        }
        kept.push(...drain(batches, second));
        const places = kept.flatMap((batch) => batch.places);
        expect(places.toSorted((left, right) => left - right)).toEqual(items.map((_, place) => place));
        expect(batches.empty).toBe(true);
      }),
    );
  });

  it("go before everything that was not sent yet when they are given back", () => {
    const batches = batchesOf([1, 2, 3, 4].map((tokens) => ({ text: String(tokens), tokens })));
    const most = { texts: 2, tokens: 100 };
    batches.giveBack(batches.take(most) as Batch);
    expect(batches.take(most)?.texts).toEqual(["1", "2"]);
  });

  it("are not at an end while one is given back", () => {
    const batches = batchesOf([{ text: "1", tokens: 1 }]);
    const whole = batches.take({ texts: 2, tokens: 100 }) as Batch;
    expect(batches.empty).toBe(true);
    batches.giveBack(whole);
    expect(batches.empty).toBe(false);
  });

  it("grow when their turn comes later under a larger limit, across what was given back", () => {
    const batches = batchesOf([1, 2, 3, 4, 5].map((tokens) => ({ text: String(tokens), tokens })));
    const small = { texts: 2, tokens: 100 };
    const taken = [batches.take(small) as Batch, batches.take(small) as Batch];
    for (const batch of taken) batches.giveBack(batch);
    expect(batches.take({ texts: 5, tokens: 100 })?.texts).toEqual(["1", "2", "3", "4", "5"]);
  });

  it("are halved into two that join to the whole, neither of them empty", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { minLength: 2, maxLength: 40 }), (weights) => {
        const batches = batchesOf(weights.map((tokens, place) => ({ text: `t${place}`, tokens })));
        const whole = batches.take({ texts: 100, tokens: 10_000 }) as Batch;
        const [first, second] = batches.halve(whole);
        expect([...first.texts, ...second.texts]).toEqual(whole.texts);
        expect([...first.places, ...second.places]).toEqual(whole.places);
        expect(first.tokens + second.tokens).toBe(whole.tokens);
        expect(Math.abs(first.texts.length - second.texts.length)).toBeLessThanOrEqual(1);
        expect(second.texts.length).toBeGreaterThan(0);
      }),
    );
  });
});

const twenty = {
  requests: { by: "requests", perSecond: 20 },
  tokens: { by: "tokens", perSecond: 20 },
} as const;

describe("BatchSize", () => {
  it("is 128 texts and 512 tokens for each, until requests are what is limited: then 512 texts", () => {
    const size = new BatchSize(undefined);
    expect(size.limits(undefined)).toEqual({ texts: 128, tokens: 65_536 });
    expect(size.limits(twenty.tokens)).toEqual({ texts: 128, tokens: 65_536 });
    expect(size.limits(twenty.requests)).toEqual({ texts: 512, tokens: 262_144 });
  });

  it("is a sixteenth of a long list, up to 512 texts, while no limit is known and the texts are short", () => {
    const size = new BatchSize(undefined);
    expect(
      [2048, 2049, 4800, 8192, 100_000].map((texts) => size.limits(undefined, shareOf(texts, 16)).texts),
    ).toEqual([128, 129, 300, 512, 512]);
    expect(size.limits(undefined, shareOf(4800, 4)).texts).toBe(300);
    expect(size.limits(undefined, shareOf(4800, 32)).texts).toBe(150);
    expect(size.limits(undefined, 300).tokens).toBe(65_536);
    expect(size.limits(twenty.tokens, 300)).toEqual({ texts: 128, tokens: 65_536 });
    expect(size.limits(twenty.requests, 300)).toEqual({ texts: 512, tokens: 262_144 });
    expect(new BatchSize(7).limits(undefined, 300)).toEqual({ texts: 7, tokens: 3584 });
  });

  it("is up to 2,048 texts, with no more tokens, where few requests pass: two thousand texts a second", () => {
    const size = new BatchSize(undefined);
    const sizes = [4, 3, 1, 0.01].map((perSecond) => size.limits({ by: "requests", perSecond }));
    expect(sizes.map(({ texts }) => texts)).toEqual([512, 683, 2048, 2048]);
    expect(sizes.map((each) => each.tokens)).toEqual([262_144, 262_144, 262_144, 262_144]);
    expect(size.limits({ by: "tokens", perSecond: 0.01 }).texts).toBe(128);
  });

  it("is never more than the user's own", () => {
    expect(new BatchSize(7).limits(twenty.requests)).toEqual({ texts: 7, tokens: 3584 });
    expect(new BatchSize(7).limits({ by: "requests", perSecond: 1 }).texts).toBe(7);
  });

  it("stays at what the server bore, in texts or in tokens, and never grows again", () => {
    const size = new BatchSize(undefined);
    size.remember("count", sized(16, 400));
    expect(size.limits(twenty.requests).texts).toBe(16);
    size.remember("count", sized(32, 800));
    expect(size.limits(twenty.requests).texts).toBe(16);
    expect(size.bears(sized(16, 1_000_000))).toBe(true);
    expect(size.bears(sized(17, 1))).toBe(false);
    size.remember("size", sized(5, 900));
    expect(size.limits(undefined).tokens).toBe(900);
    expect(size.bears(sized(1, 900))).toBe(true);
    expect(size.bears(sized(1, 901))).toBe(false);
  });
});

/** Any code units, halves of surrogate pairs among them. */
const units = fc.array(fc.integer({ min: 0, max: 0xffff })).map((codes) => String.fromCharCode(...codes));

describe("estimateTokens", () => {
  it("is a whole number between the two special tokens and one for each character", () => {
    fc.assert(
      fc.property(units, (drawn) => {
        const tokens = estimateTokens(drawn);
        expect(Number.isInteger(tokens)).toBe(true);
        expect(tokens).toBeGreaterThanOrEqual(2);
        expect(tokens).toBeLessThanOrEqual(2 + drawn.length);
      }),
    );
  });

  it("does not fall when text is added", () => {
    fc.assert(
      fc.property(units, units, (less, more) => {
        expect(estimateTokens(less + more)).toBeGreaterThanOrEqual(estimateTokens(less));
      }),
    );
  });

  it("counts letters for less than digits, those for less than signs and other scripts, and blanks for nothing", () => {
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

  it("is within a third of BERT's count for prose, code and Chinese", () => {
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
