import * as fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { decodeBase64 } from "../../../../src/core/request/base64.js";
import type { RawVector } from "../../../../src/core/request/vector-check.js";
import {
  byScore,
  embeddingsRequest,
  InvalidResponse,
  readEmbeddings,
  readRequestId,
  readRanking,
  readErrorBody,
  readUsage,
  rerankRequest,
  textsOf,
  type RankedIndex,
} from "../../../../src/core/request/wire.js";

const floats = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 20 });

function base64Of(numbers: readonly number[]): string {
  return Buffer.from(Float32Array.from(numbers).buffer).toString("base64");
}

/** Returns the result of a function, or the error that it throws. */
function attempt(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    return error;
  }
}

function isComplete(vectors: readonly RawVector[], texts: number): boolean {
  const lengths = new Set(vectors.map(({ length }) => length));
  const numbers = vectors.flatMap((vector) => Array.from(vector));
  return vectors.length === texts && lengths.size === 1 && numbers.every(Number.isFinite);
}

function isRanking(ranked: readonly RankedIndex[], least: number): boolean {
  const known = ranked.every(({ index, score }) => index >= 0 && index < 5 && Number.isFinite(score));
  const different = new Set(ranked.map(({ index }) => index)).size === ranked.length;
  const sorted = ranked.toSorted(byScore).every((one, position) => one === ranked[position]);
  return ranked.length >= least && known && different && sorted;
}

describe("decodeBase64()", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it.each(["Buffer", "atob"])("decodes encoded floats with %s", (decoder) => {
    const encoded = new Map<string, number[]>();
    fc.assert(fc.property(floats, (numbers) => void encoded.set(base64Of(numbers), numbers)));
    if (decoder === "atob") vi.stubGlobal("Buffer", undefined);
    const decoded = [...encoded.keys()].map((text) => decodeBase64(text));
    vi.unstubAllGlobals();
    expect(decoded).toEqual([...encoded.values()].map((numbers) => Float32Array.from(numbers)));
  });

  it.each(["Buffer", "atob"])(
    "returns undefined for text that is not base64 of floats with %s",
    (decoder) => {
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
    },
  );

  it("rejects text that is longer than any vector", () => {
    expect(decodeBase64("A".repeat(4 * 16_384 * 2))).toBeUndefined();
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

  it("returns complete vectors or throws InvalidResponse for any body", () => {
    fc.assert(
      fc.property(body, fc.integer({ min: 1, max: 4 }), (response, texts) => {
        const read = attempt(() => readEmbeddings(response, texts));
        expect(read instanceof InvalidResponse || isComplete(read as RawVector[], texts)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it("sorts vectors by index", () => {
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
        expect(read).toEqual(indexes.map((_, position) => [position, 1]));
      }),
    );
  });

  it("ignores inherited properties", () => {
    const inherited = Object.create({ data: [{ index: 0, embedding: [1] }] }) as object;
    expect(() => readEmbeddings(inherited, 1)).toThrow("the response has no list `data`");
    const polluted = JSON.parse('{"__proto__":{"data":[{"index":0,"embedding":[1]}]}}') as unknown;
    expect(() => readEmbeddings(polluted, 1)).toThrow("the response has no list `data`");
    expect(Object.hasOwn(Object.prototype, "data")).toBe(false);
  });

  it("rejects vectors of another length than `dimensions`", () => {
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

  it("returns a ranking without duplicates or throws InvalidResponse for any body", () => {
    const body = fc.oneof(fc.record({ results: fc.array(result, { maxLength: 5 }) }), fc.anything());
    const wanted = fc.integer({ min: 0, max: 4 });
    fc.assert(
      fc.property(body, wanted, (response, least) => {
        const read = attempt(() => readRanking(response, 5, least));
        expect(read instanceof InvalidResponse || isRanking(read as RankedIndex[], least)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it("accepts more results than requested, but not more than documents", () => {
    const results = [0, 1, 2].map((index) => ({ index, relevance_score: index }));
    expect(readRanking({ results }, 3, 1).map(({ index }) => index)).toEqual([2, 1, 0]);
    expect(() => readRanking({ results }, 2, 1)).toThrow("3 results were returned, but 1 were requested");
  });

  it("returns equal scores in the order of the documents", () => {
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
    [{ index: 1, relevance_score: 0.5 }, "an index is out of range"],
    [{ index: -1, relevance_score: 0.5 }, "an index is out of range"],
  ])("rejects the result %j", (given, problem) => {
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
    [{ usage: { prompt_tokens: 3.5, total_tokens: 5 } }, { promptTokens: 5, totalTokens: 5 }],
    [{ usage: { prompt_tokens: 3, total_tokens: 1e308 } }, { promptTokens: 3, totalTokens: 3 }],
    [{ usage: { prompt_tokens: 1.5, total_tokens: 2 ** 53 } }, undefined],
  ])("reads %j as %j", (body, usage) => {
    expect(readUsage(body)).toEqual(usage);
  });
});

describe("readErrorBody()", () => {
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
    [
      { message: "m", type: "t", code: "c" },
      { message: "m", type: "t", code: "c" },
    ],
    [
      { error: { message: "", type: "" }, message: "m", type: "t" },
      { message: "m", type: "t", code: "" },
    ],
    [
      { error_code: 336_003, error_msg: "m" },
      { message: "m", type: "", code: "" },
    ],
    [{ detail: [{ msg: "" }, { msg: "m" }, { msg: "n" }] }, { message: "m", type: "", code: "" }],
    [{ detail: "m" }, { message: "m", type: "", code: "" }],
    [{ error: { message: 5, code: null } }, { message: "", type: "", code: "" }],
    ["a page", { message: "", type: "", code: "" }],
    [undefined, { message: "", type: "", code: "" }],
  ])("reads %j as %j", (body, fields) => {
    expect(readErrorBody(body)).toEqual(fields);
  });
});

describe("readRequestId()", () => {
  const TOGETHER_ID = "oGs6Zt9-62bZhn-99529372487b1b0a";
  const UUID = "8f14e45f-ceea-467f-a0e6-1d2f5c0b7a91";

  it.each([
    [{ id: TOGETHER_ID }, TOGETHER_ID],
    [{ request_id: UUID }, UUID],
    [{ id: "", request_id: UUID }, UUID],
    [{ id: "a text", request_id: UUID }, UUID],
    [{ id: "a text" }, undefined],
    [{ id: 5 }, undefined],
    [null, undefined],
  ])("reads %j as %j", (body, id) => {
    expect(readRequestId(body)).toBe(id);
  });
});

describe("textsOf()", () => {
  it("returns the texts to embed, or the query and the documents", () => {
    expect(textsOf(embeddingsRequest("m", ["a", "b"], true))).toEqual(["a", "b"]);
    expect(textsOf(rerankRequest("m", "q", ["a", "b"], 2))).toEqual(["q", "a", "b"]);
  });
});

describe("embeddingsRequest() and rerankRequest()", () => {
  it("contains the fields of Together's API and no others", () => {
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
