import * as fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { decodeBase64 } from "../../../../src/core/request/base64.js";
import {
  byScore,
  embeddingsRequest,
  InvalidResponse,
  maxEmbeddingBytes,
  maxRankingBytes,
  readEmbeddings,
  readRequestId,
  readRanking,
  readErrorBody,
  readUsage,
  rerankRequest,
  type RankedIndex,
  type RawVector,
} from "../../../../src/core/request/wire.js";

const floats = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 20 });

function base64Of(numbers: readonly number[]): string {
  return Buffer.from(Float32Array.from(numbers).buffer).toString("base64");
}

/** What a function returns, or what it throws. */
function attempt(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    return error;
  }
}

function isWhole(vectors: readonly RawVector[], texts: number): boolean {
  const lengths = new Set(vectors.map(({ length }) => length));
  const numbers = vectors.flatMap((vector) => Array.from(vector));
  return vectors.length === texts && lengths.size === 1 && numbers.every(Number.isFinite);
}

function isRanking(ranked: readonly RankedIndex[], least: number): boolean {
  const known = ranked.every(({ index, score }) => index >= 0 && index < 5 && Number.isFinite(score));
  const different = new Set(ranked.map(({ index }) => index)).size === ranked.length;
  const sorted = ranked.toSorted(byScore).every((one, place) => one === ranked[place]);
  return ranked.length >= least && known && different && sorted;
}

describe("decodeBase64()", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it.each(["Buffer", "atob"])("gives back the floats that were encoded, by %s", (decoder) => {
    const encoded = new Map<string, number[]>();
    fc.assert(fc.property(floats, (numbers) => void encoded.set(base64Of(numbers), numbers)));
    if (decoder === "atob") vi.stubGlobal("Buffer", undefined);
    const decoded = [...encoded.keys()].map((text) => decodeBase64(text));
    vi.unstubAllGlobals();
    expect(decoded).toEqual([...encoded.values()].map((numbers) => Float32Array.from(numbers)));
  });

  it.each(["Buffer", "atob"])("is undefined for what is no base64 of floats, by %s", (decoder) => {
    if (decoder === "atob") vi.stubGlobal("Buffer", undefined);
    const decoded = [
      "AAAA",
      "AAAAAA",
      "AAAAAA=",
      "====",
      "AAAA*A==",
      "AAAAAAA\n",
      "no base64",
      "AAAAA===",
    ].map((text) => decodeBase64(text));
    vi.unstubAllGlobals();
    expect(decoded).toEqual(Array(8).fill(undefined));
  });

  it("does not make room for more than any vector needs", () => {
    expect(decodeBase64("A".repeat(4 * 65_536 * 2))).toBeUndefined();
  });
});

describe("readEmbeddings()", () => {
  const item = fc.record(
    {
      index: fc.oneof(fc.integer({ min: -1, max: 4 }), fc.anything()),
      embedding: fc.oneof(floats, floats.map(base64Of), fc.anything()),
    },
    { requiredKeys: [] },
  );
  const body = fc.oneof(
    fc.record({ data: fc.oneof(fc.array(fc.oneof(item, fc.anything()), { maxLength: 4 }), fc.anything()) }),
    fc.anything(),
  );

  it("reads whatever comes as whole vectors or throws InvalidAnswer, and nothing else", () => {
    fc.assert(
      fc.property(body, fc.integer({ min: 1, max: 4 }), (answer, texts) => {
        const read = attempt(() => readEmbeddings(answer, texts));
        expect(read instanceof InvalidResponse || isWhole(read as RawVector[], texts)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it("puts vectors where their index says, whatever order they come in", () => {
    const order = fc
      .integer({ min: 1, max: 10 })
      .chain((length) =>
        fc.shuffledSubarray([...Array(length).keys()], { minLength: length, maxLength: length }),
      );
    fc.assert(
      fc.property(order, fc.boolean(), (indexes, base64) => {
        const data = indexes.map((index) => ({
          index,
          embedding: base64 ? base64Of([index, 1]) : [index, 1],
        }));
        const read = readEmbeddings({ data }, indexes.length).map((vector) => Array.from(vector));
        expect(read).toEqual(indexes.map((_, place) => [place, 1]));
      }),
    );
  });

  it("does not take what hangs on a prototype for an answer", () => {
    const inherited = Object.create({ data: [{ index: 0, embedding: [1] }] }) as object;
    expect(() => readEmbeddings(inherited, 1)).toThrow("the answer has no list `data`");
    const polluted = JSON.parse('{"__proto__":{"data":[{"index":0,"embedding":[1]}]}}') as unknown;
    expect(() => readEmbeddings(polluted, 1)).toThrow("the answer has no list `data`");
    expect(Object.hasOwn(Object.prototype, "data")).toBe(false);
  });

  it("holds every vector to the length that is known", () => {
    const data = [{ index: 0, embedding: [1, 2] }];
    expect(readEmbeddings({ data }, 1, 2)).toEqual([[1, 2]]);
    expect(() => readEmbeddings({ data }, 1, 3)).toThrow("vector 0 has 2 dimensions instead of 3");
  });
});

describe("readRanking()", () => {
  const result = fc.record(
    {
      index: fc.oneof(fc.integer({ min: -1, max: 5 }), fc.anything()),
      relevance_score: fc.oneof(fc.double(), fc.anything()),
      document: fc.anything(),
    },
    { requiredKeys: [] },
  );

  it("reads whatever comes as a ranking without repeats or throws InvalidAnswer, and nothing else", () => {
    const body = fc.oneof(fc.record({ results: fc.array(result, { maxLength: 5 }) }), fc.anything());
    const wanted = fc.integer({ min: 0, max: 4 });
    fc.assert(
      fc.property(body, wanted, (answer, least) => {
        const read = attempt(() => readRanking(answer, 5, least));
        expect(read instanceof InvalidResponse || isRanking(read as RankedIndex[], least)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it("may have more results than were asked for, not more than there are documents", () => {
    const results = [0, 1, 2].map((index) => ({ index, relevance_score: index }));
    expect(readRanking({ results }, 3, 1).map(({ index }) => index)).toEqual([2, 1, 0]);
    expect(() => readRanking({ results }, 2, 1)).toThrow("3 results came back where 1 were asked for");
  });

  it("keeps equal scores in the order of the documents, whatever order they come in", () => {
    const results = [3, 1, 2, 0].map((index) => ({ index, relevance_score: index < 2 ? 0.5 : 0.25 }));
    expect(readRanking({ results }, 4, 4).map(({ index }) => index)).toEqual([0, 1, 2, 3]);
  });

  it.each([
    [{ index: 0, relevance_score: "0.5" }, "result 0 has no finite score"],
    [{ index: 0, relevance_score: Number.POSITIVE_INFINITY }, "result 0 has no finite score"],
    [{ index: 0 }, "result 0 has no finite score"],
    [{ relevance_score: 0.5 }, "an item has no index"],
    [{ index: "0", relevance_score: 0.5 }, "an item has no index"],
    [{ index: 0.5, relevance_score: 0.5 }, "an item has no index"],
    [{ index: 1, relevance_score: 0.5 }, "index 1 is out of range"],
    [{ index: -1, relevance_score: 0.5 }, "index -1 is out of range"],
  ])("does not take %j for a result", (given, problem) => {
    expect(() => readRanking({ results: [given] }, 1, 1)).toThrow(new InvalidResponse(problem));
  });
});

describe("readUsage()", () => {
  it.each([
    [{ usage: { prompt_tokens: 3, total_tokens: 5 } }, { promptTokens: 3, totalTokens: 5 }],
    [{ usage: { prompt_tokens: 3 } }, { promptTokens: 3, totalTokens: 3 }],
    [{ usage: { total_tokens: 5 } }, { promptTokens: 5, totalTokens: 5 }],
    [{ usage: { prompt_tokens: 0, total_tokens: 0 } }, { promptTokens: 0, totalTokens: 0 }],
    [{ usage: null }, undefined],
    [{}, undefined],
    [null, undefined],
    [{ usage: { prompt_tokens: -1, total_tokens: "5" } }, undefined],
    [{ usage: { prompt_tokens: Number.NaN } }, undefined],
    [{ usage: { prompt_tokens: Number.POSITIVE_INFINITY } }, undefined],
  ])("of %j is %j", (body, usage) => {
    expect(readUsage(body)).toEqual(usage);
  });
});

describe("readRefusal()", () => {
  it.each([
    [{ error: { message: "m", type: "t", code: "c" } }, { message: "m", type: "t", code: "c" }],
    [
      { error: { message: "m", type: "t" }, error_type: "dynamic_token_limited" },
      { message: "m", type: "dynamic_token_limited", code: "" },
    ],
    [
      { error: { message: "m", type: "t", error_type: "dynamic_token_limited" } },
      { message: "m", type: "dynamic_token_limited", code: "" },
    ],
    [{ error: "m" }, { message: "m", type: "", code: "" }],
    [{ message: "m" }, { message: "m", type: "", code: "" }],
    [{ detail: "m" }, { message: "m", type: "", code: "" }],
    [{ error: { message: 5, code: null } }, { message: "", type: "", code: "" }],
    ["a page", { message: "", type: "", code: "" }],
    [undefined, { message: "", type: "", code: "" }],
  ])("of %j is %j", (body, refusal) => {
    expect(readErrorBody(body)).toEqual(refusal);
  });
});

describe("readId()", () => {
  it.each([
    [{ id: "a" }, "a"],
    [{ request_id: "b" }, "b"],
    [{ id: "", request_id: "b" }, "b"],
    [{ id: 5 }, undefined],
    [null, undefined],
  ])("of %j is %j", (body, id) => {
    expect(readRequestId(body)).toBe(id);
  });
});

describe("a request", () => {
  it("has the fields of Together's API, and no others", () => {
    expect(embeddingsRequest("m", ["a"], true)).toEqual({
      model: "m",
      input: ["a"],
      encoding_format: "base64",
    });
    expect(embeddingsRequest("m", ["a"], false)).toEqual({ model: "m", input: ["a"] });
    expect(rerankRequest("m", "q", ["a", "b"], 1)).toEqual({
      model: "m",
      query: "q",
      documents: ["a", "b"],
      return_documents: false,
      top_n: 1,
    });
    expect(rerankRequest("m", "q", ["a", "b"], 2)).not.toHaveProperty("top_n");
  });
});

describe("the most bytes of an answer", () => {
  it("leave room for floats with all their digits and blanks between, and for echoed documents", () => {
    const vector = Array.from({ length: 1024 }, () => -Math.PI * 1e-7);
    const data = Array.from({ length: 128 }, (_, index) => ({
      object: "embedding",
      index,
      embedding: vector,
    }));
    const bytes = JSON.stringify({ object: "list", data }, undefined, 1).length;
    expect(bytes).toBeLessThan(maxEmbeddingBytes(128, 1024));
    const documents = Array.from({ length: 10 }, () => "\u0000".repeat(10_000));
    const results = documents.map((text, index) => ({ index, relevance_score: Math.PI, document: { text } }));
    expect(JSON.stringify({ results }).length).toBeLessThan(maxRankingBytes(documents));
    const many = Array.from({ length: 40_000 }, (_, index) => ({
      index,
      relevance_score: Math.PI,
      document: {},
    }));
    expect(JSON.stringify({ results: many }).length).toBeLessThan(maxRankingBytes(many.map(() => "")));
  });

  it("are bounded by what was asked for", () => {
    expect(maxEmbeddingBytes(1, 1024)).toBeLessThan(2 ** 21);
    expect(maxEmbeddingBytes(512)).toBeLessThan(2 ** 29);
  });
});
