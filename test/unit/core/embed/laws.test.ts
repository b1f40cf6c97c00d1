import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FaultName } from "../../../../src/emulator/index.js";
import { bench, plain, scoreOf, vectorOf } from "../../../support/emulate.js";
import { deepFreeze } from "../../../support/freeze.js";

/** Texts of every kind that are not blank, with many duplicates. */
const text = fc
  .oneof(
    fc.string({ minLength: 1, maxLength: 30 }),
    fc.array(fc.integer({ min: 0, max: 0xffff })).map((codes) => String.fromCharCode(...codes)),
    fc.constantFrom("a", "b", "half \ud83d", "half \ufffd", "__proto__", "constructor", " a"),
  )
  .filter((drawn) => drawn.trim() !== "");
const list = fc.array(text, { maxLength: 40 });
const batchSize = fc.integer({ min: 1, max: 12 });
const harmless = fc.constantFrom<FaultName>("ok", "shuffled", "usage-null");

describe("embed() for any texts, batch size and order of responses", () => {
  it("returns each text's own vector, in order", async () => {
    await fc.assert(
      fc.asyncProperty(list, batchSize, harmless, fc.boolean(), async (texts, size, fault, float) => {
        const { embedder } = bench({ faults: () => fault, base64: float ? "ignore" : "serve" });
        const { vectors } = await embedder({ batchSize: size }).embed(deepFreeze([...texts]));
        expect(plain(vectors)).toEqual(texts.map((one) => vectorOf(one.toWellFormed())));
        expect(new Set(vectors).size).toBe(texts.length);
        expect(new Set(vectors.map(({ buffer }) => buffer)).size).toBe(texts.length);
      }),
      { numRuns: 60 },
    );
  });

  it("sends each different text once, in the fewest possible requests", async () => {
    await fc.assert(
      fc.asyncProperty(list, batchSize, async (texts, size) => {
        const { embedder, bodies } = bench();
        await embedder({ batchSize: size }).embed(texts);
        const different = new Set(texts.map((one) => one.toWellFormed()));
        expect(bodies().flatMap(({ input }) => input)).toEqual([...different]);
        expect(bodies().length).toBe(Math.ceil(different.size / size));
      }),
      { numRuns: 60 },
    );
  });

  it("gives the same vectors as a stream", async () => {
    await fc.assert(
      fc.asyncProperty(list, batchSize, async (texts, size) => {
        const { embedder } = bench({ latency: ({ number }) => number % 2 });
        const streamed: number[][] = [];
        for await (const { index, vector } of embedder({ batchSize: size }).embedStream(texts)) {
          expect(index).toBe(streamed.length);
          streamed.push([...vector]);
        }
        expect(streamed).toEqual(texts.map((one) => vectorOf(one.toWellFormed())));
      }),
      { numRuns: 30 },
    );
  });

  it("reports the usage of the server, and full progress at the end", async () => {
    await fc.assert(
      fc.asyncProperty(list, batchSize, async (texts, size) => {
        const { embedder, emulator } = bench();
        const progress: number[] = [0];
        const onProgress = ({ done, total }: { done: number; total: number }): void => {
          expect(total).toBe(texts.length);
          progress.push(done);
        };
        const { usage } = await embedder({ batchSize: size }).embed(texts, { onProgress });
        expect(usage.totalTokens).toBe(emulator.totals.tokens);
        expect(progress).toEqual(progress.toSorted((one, other) => one - other));
        expect(progress.at(-1)).toBe(texts.length);
      }),
      { numRuns: 30 },
    );
  });
});

describe("rerank() for any documents, batch size and order of responses", () => {
  const document = fc.oneof(
    fc.integer({ min: -5, max: 5 }).map(String),
    fc.double({ min: -1, max: 1, noNaN: true }).map((score) => score.toFixed(3)),
    fc.constantFrom(" ", "", "no number"),
  );
  const documents = fc.array(fc.record({ text: document }, { noNullPrototype: true }), { maxLength: 30 });
  const topN = fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined });
  const minScore = fc.option(fc.double({ min: -2, max: 2, noNaN: true }), { nil: undefined });

  it("returns a selection without repeats, best first, with ties in their original order", async () => {
    await fc.assert(
      fc.asyncProperty(
        documents,
        batchSize,
        topN,
        minScore,
        harmless,
        async (items, size, most, least, fault) => {
          const { reranker } = bench({ faults: () => fault });
          const ranked = await reranker({ batchSize: size, topN: most, minScore: least }).rerank(
            "a question",
            deepFreeze(items),
            (item) => item.text,
          );
          const expected = items
            .map((item, index) => ({ item, index, score: scoreOf(item.text) }))
            .filter(({ item, score }) => item.text.trim() !== "" && (least === undefined || score >= least))
            .toSorted((one, other) => other.score - one.score || one.index - other.index)
            .slice(0, most);
          expect(ranked).toEqual(expected);
          for (const { item, index } of ranked) expect(item).toBe(items[index]);
        },
      ),
      { numRuns: 80 },
    );
  });
});
