import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ByteStore, EmbedderOptions } from "../../../../src/index.js";
import { bench, type Bench } from "../../../support/emulate.js";
import { MemoryStore } from "../../../support/store.js";

/** Counts every character as a token. */
function countTokens(text: string): number {
  return text.length;
}

/** A list of texts with some duplicates and some long texts. */
interface DrawnList {
  readonly length: number;
  readonly different: number;
  readonly long: number;
  readonly longLength: number;
}

function drawnList(maxLength: number): fc.Arbitrary<DrawnList> {
  return fc.record(
    {
      length: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: maxLength })),
      different: fc.integer({ min: 1, max: maxLength }),
      long: fc.integer({ min: 1, max: 200 }),
      longLength: fc.constantFrom(1, 900, 40_000),
    },
    { noNullPrototype: true },
  );
}

function listOf({ length, different, long, longLength }: DrawnList): string[] {
  return Array.from({ length }, (_, index) => {
    const number = (index * 7919) % different;
    return `${number} ${number % long === 0 ? "x".repeat(longLength) : "short"}`;
  });
}

const drawnOptions = fc.record(
  {
    batchSize: fc.option(fc.integer({ min: 1, max: 2048 }), { nil: undefined }),
    documentPrefix: fc.constantFrom("", "passage: "),
    maxConcurrency: fc.constantFrom(1, 16, 128),
  },
  { noNullPrototype: true },
);

/** The share of a list that is in the cache; `undefined` without a cache. */
const cachedShare = fc.option(fc.constantFrom(0, 0.3, 1), { nil: undefined });

/** Returns options with a cache that has the vectors of the first texts. */
async function withCache(
  { embedder, emulator }: Bench,
  options: Partial<EmbedderOptions>,
  list: readonly string[],
  share: number | undefined,
): Promise<Partial<EmbedderOptions>> {
  if (share === undefined) return options;
  const cache = new MemoryStore();
  await embedder({ ...options, cache, maxConcurrency: 128 }).embed(list.slice(0, list.length * share));
  emulator.clear();
  return { ...options, cache };
}

/** Returns a cache without writes. Otherwise `embedStream` would find duplicates of earlier chunks. */
function readOnly(store: MemoryStore): ByteStore {
  return { mget: (keys) => store.mget(keys), mset: () => Promise.resolve() };
}

/** Returns the emulator's totals: requests, texts and their tokens. */
function received({ bodies }: Bench): { requests: number; sent: number; tokens: number } {
  const inputs = bodies().map(({ input }) => input);
  const tokens = inputs.flat().reduce((sum, text) => sum + countTokens(text), 0);
  return { requests: inputs.length, sent: inputs.flat().length, tokens };
}

describe("estimate() for any list, batch size and cache", () => {
  it("returns the requests, texts and tokens that embed() sends to a server without limits", async () => {
    await fc.assert(
      fc.asyncProperty(drawnList(5000), drawnOptions, cachedShare, async (drawn, given, share) => {
        const server = bench();
        const list = listOf(drawn);
        const options = await withCache(server, given, list, share);
        const embedder = server.embedder({ ...options, countTokens, maxInputTokens: 1000 });
        const plan = await embedder.estimate(list);
        expect(server.emulator.requests.length).toBe(0);
        await embedder.embed(list);
        const { requests, tokens, uniqueTexts, cached } = plan;
        expect({ requests, tokens, sent: uniqueTexts - cached }).toEqual(received(server));
        expect([plan.texts, uniqueTexts]).toEqual([list.length, new Set(list).size]);
        const prefixLength = given.documentPrefix.length;
        const tooLong = list.flatMap((text, index) => (text.length + prefixLength > 1000 ? [index] : []));
        expect(plan.tooLong).toEqual(tooLong);
      }),
      { numRuns: 30 },
    );
  });
});

describe("estimateStream() for any source, batch size and cache", () => {
  it("returns the requests, texts and tokens that embedStream() sends to a server without limits", async () => {
    await fc.assert(
      fc.asyncProperty(drawnList(1000), drawnOptions, cachedShare, async (drawn, given, share) => {
        const server = bench();
        const list = listOf(drawn);
        const options = await withCache(server, given, list, share);
        const cache = options.cache && readOnly(options.cache as MemoryStore);
        const embedder = server.embedder({ ...options, cache, countTokens });
        const plan = await embedder.estimateStream(list);
        expect(server.emulator.requests.length).toBe(0);
        for await (const _ of embedder.embedStream(list));
        const { requests, tokens, uniqueTexts, cached } = plan;
        expect({ requests, tokens, sent: uniqueTexts - cached }).toEqual(received(server));
      }),
      { numRuns: 30 },
    );
  });
});
