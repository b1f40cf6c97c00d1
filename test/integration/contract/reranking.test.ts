import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RerankerOptions } from "../../../src/index.js";
import type { EmulatorOptions } from "../../../src/emulator/index.js";
import { bench, KEY, only, RERANK, scoreOf, texts, type Bench } from "../../support/emulate.js";
import { deepFreeze } from "../../support/freeze.js";
import {
  drivers,
  type Driver,
  type Passage,
  type RankedPassage,
  type RerankerUnderTest,
} from "./drivers/index.js";

const QUERY = "a question";

/** Returns passages with these texts, each with an id and metadata. */
function passages(list: readonly string[]): Passage[] {
  return list.map((text, index) => ({ id: `id-${index}`, text, metadata: { source: `file-${index}` } }));
}

/** Ranks texts with a framework's reranker and a new emulator. */
async function rank(
  driver: Driver,
  list: readonly string[],
  own: Partial<RerankerOptions> = {},
  server: Bench = bench(),
): Promise<RankedPassage[]> {
  const items = passages(list).map((passage) => driver.wrap(passage));
  return (await reranker(driver, server, own).rerank(QUERY, items)).map((item) => driver.unwrap(item));
}

/** Creates a reranker of a framework. Its options are frozen. */
function reranker(
  driver: Driver,
  { emulator, events }: Bench,
  own: Partial<RerankerOptions>,
): RerankerUnderTest {
  const onEvent: RerankerOptions["onEvent"] = (event) => events.push(event);
  const options = { model: RERANK, apiKey: KEY, fetch: emulator.fetch, onEvent, ...own };
  return driver.reranker(Object.freeze(options));
}

/** Returns the expected ranking: by score, ties in their original order, at least `minScore`, at most `topN`. */
function ranking(
  list: readonly string[],
  { topN = Infinity, minScore = -Infinity }: Partial<RerankerOptions>,
) {
  return passages(list)
    .map((passage) => ({ ...passage, score: scoreOf(passage.text) }))
    .filter(({ score }) => score >= minScore)
    .toSorted((left, right) => right.score - left.score)
    .slice(0, topN);
}

/** Lists with few different scores, so that there are ties. */
const anyList = fc.array(
  fc.integer({ min: -3, max: 3 }).map((score) => `${score} points`),
  { minLength: 1, maxLength: 20 },
);

/** Options with a `batchSize`: a server shortens the list of a single request, but not a merged list. */
const anyLimits = fc.record(
  {
    topN: fc.integer({ min: 1, max: 25 }),
    minScore: fc.integer({ min: -4, max: 4 }),
    batchSize: fc.integer({ min: 1, max: 8 }),
  },
  { requiredKeys: [] },
);

describe.each(drivers)("reranking in $framework", (driver) => {
  it("returns the best first, keeps the order of ties, and keeps ids and metadata", async () => {
    await fc.assert(
      fc.asyncProperty(anyList, async (list) => {
        expect(await rank(driver, list)).toEqual(ranking(list, {}));
      }),
      { numRuns: 60 },
    );
  });

  it("returns the same for one request and for many, and for responses in any order", async () => {
    await fc.assert(
      fc.asyncProperty(anyList, fc.integer({ min: 1, max: 8 }), async (list, batchSize) => {
        const server = bench({ faults: () => "shuffled" });
        expect(await rank(driver, list, { batchSize }, server)).toEqual(ranking(list, {}));
        expect(server.emulator.requests).toHaveLength(Math.ceil(list.length / batchSize));
      }),
      { numRuns: 60 },
    );
  });

  it("returns `topN` items, but none below `minScore`, for any of both", async () => {
    await fc.assert(
      fc.asyncProperty(anyList, anyLimits, async (list, own) => {
        expect(await rank(driver, list, own)).toEqual(ranking(list, own));
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ["below", 2, 2],
    ["at", 3, 3],
    ["above", 4, 3],
  ])("returns for `topN` %s the number of 3 passages: %i gives %i", async (_, topN, returned) => {
    expect(await rank(driver, ["1", "2", "3"], { topN })).toHaveLength(returned);
  });

  it("returns all when `topN` is not set", async () => {
    expect(await rank(driver, texts(30))).toHaveLength(30);
  });

  it("keeps an item whose score equals `minScore`", async () => {
    const ranked = await rank(driver, ["0.5", "0.4", "0.6"], { minScore: 0.5 });
    expect(ranked.map(({ score }) => score)).toEqual([0.6, 0.5]);
  });

  it("sends the query unchanged, and each passage's text alone", async () => {
    const server = bench();
    await rank(driver, ["one", "two"], {}, server);
    expect(server.bodies()).toMatchObject([{ model: RERANK, query: QUERY, documents: ["one", "two"] }]);
  });

  it("uses the limits of `baseModel`, and sends the endpoint's name", async () => {
    const server = bench();
    const list = texts(1_025).with(3, "語".repeat(9_000));
    await rank(driver, list, { baseModel: "Salesforce/Llama-Rank-V1" }, server);
    expect(only(server.events, "text-too-long")).toMatchObject([{ indexes: [3], maxInputTokens: 8_192 }]);
    expect(server.bodies().map(({ model, documents }) => [model, documents.length])).toEqual([
      [RERANK, 1_024],
      [RERANK, 1],
    ]);
  });

  it("leaves every item of the list unchanged", async () => {
    const items = deepFreeze(passages(["1", "3", "2"]).map((passage) => driver.wrap(passage)));
    const ranked = await reranker(driver, bench(), { topN: 2 }).rerank(QUERY, items);
    expect(ranked.map((item) => driver.unwrap(item).score)).toEqual([3, 2]);
    expect(ranked.some((item) => items.includes(item))).toBe(false);
    expect(items.map((item) => driver.unwrap(item).score)).toEqual([undefined, undefined, undefined]);
  });

  it("ranks duplicate texts separately", async () => {
    const ranked = await rank(driver, ["2 same", "1", "2 same"]);
    expect(ranked.map(({ id }) => id)).toEqual(["id-0", "id-2", "id-1"]);
  });

  it("sends no request for an empty list", async () => {
    const server = bench();
    expect(await rank(driver, [], {}, server)).toEqual([]);
    expect(server.emulator.requests).toEqual([]);
  });

  it("leaves out a blank passage, and reports its index", async () => {
    const server = bench();
    const ranked = await rank(driver, ["1", "", "2"], {}, server);
    expect(ranked.map(({ id }) => id)).toEqual(["id-2", "id-0"]);
    expect(only(server.events, "document-skipped")).toMatchObject([{ operation: "rerank", indexes: [1] }]);
  });

  it("returns scores of any size unchanged", async () => {
    const server = bench({ rank: () => [-7.25, 12.5, 0] } satisfies EmulatorOptions);
    const ranked = await rank(driver, ["a", "b", "c"], {}, server);
    expect(ranked.map(({ score }) => score)).toEqual([12.5, 0, -7.25]);
  });

  it.skipIf(driver.lacks.includes("fallback"))(
    "keeps the order with `fallback`, and emits an event",
    async () => {
      const server = bench({ faults: () => ({ status: 401 }) });
      const ranked = await rank(driver, ["1", "3", "2"], { fallback: "original-order", topN: 2 }, server);
      expect(ranked).toEqual(passages(["1", "3"]).map((passage) => ({ ...passage, score: undefined })));
      expect(only(server.events, "rerank-fallback")).toMatchObject([{ code: "unauthorized", documents: 3 }]);
    },
  );
});
