import { describe, expect, it } from "vitest";
import type { RerankerOptions } from "../../../../src/index.js";
import { see } from "../../../support/error-message.js";
import { bench, rejection, texts } from "../../../support/emulate.js";

describe("Reranker options", () => {
  it("applies topN and minScore of the object, unless the call sets them", async () => {
    const { reranker, bodies } = bench();
    const items = ["0.1", "0.9", "0.5", "-3"];
    const ranked = async (own: Partial<RerankerOptions>, call = {}): Promise<string[]> =>
      (await reranker(own).rerank("q", items, String, call)).map(({ item }) => item);
    expect(await ranked({})).toEqual(["0.9", "0.5", "0.1", "-3"]);
    expect(await ranked({ topN: 2 })).toEqual(["0.9", "0.5"]);
    expect(await ranked({ topN: 2 }, { topN: 3 })).toEqual(["0.9", "0.5", "0.1"]);
    expect(await ranked({ topN: 9 })).toEqual(["0.9", "0.5", "0.1", "-3"]);
    expect(await ranked({ minScore: 0.5 })).toEqual(["0.9", "0.5"]);
    expect(await ranked({ minScore: 0.5 }, { minScore: -5 })).toEqual(["0.9", "0.5", "0.1", "-3"]);
    expect(await ranked({ minScore: 2 })).toEqual([]);
    expect(await ranked({ minScore: 0 }, { topN: 1 })).toEqual(["0.9"]);
    // `top_n` is not sent where it cannot shorten the list.
    expect(bodies().map((body) => body.top_n)).toEqual([
      undefined,
      2,
      3,
      undefined,
      undefined,
      undefined,
      undefined,
      1,
    ]);
  });

  it.each([
    [{ topN: 0 }, "`topN` is 0; it must be a whole number, 1 or more"],
    [{ topN: 1.5 }, "`topN` is 1.5; it must be a whole number, 1 or more"],
    [{ topN: "three" }, "`topN` is a string; it must be a whole number, 1 or more"],
    [{ minScore: Number.NaN }, "`minScore` is NaN; it must be a finite number"],
    [{ minScore: null }, "`minScore` is null; it must be a finite number"],
  ])("checks topN and minScore of a call: %j", async (options, problem) => {
    const { reranker, emulator } = bench();
    const error = await rejection(reranker().rerank("q", ["a"], String, options as never));
    const message = `Cannot rerank 1 document with "me/rerank": ${problem}${see("invalid_option")}`;
    expect(error).toMatchObject({ code: "invalid_option", message });
    expect(emulator.requests.length).toBe(0);
  });

  it.each([
    ["Salesforce/Llama-Rank-V1", 1024],
    ["salesforce/llama-rank-v1", 1024],
    ["me/endpoint", 1024],
  ])("sends to %s at most %i documents in one request by default", async (model, batchSize) => {
    const { reranker, emulator } = bench({ models: { [model]: { type: "rerank" } } });
    await reranker({ model }).rerank("q", texts(batchSize), String);
    await reranker({ model }).rerank("q", texts(batchSize + 1), String);
    expect(emulator.requests.map((request) => request.texts)).toEqual([batchSize, batchSize, 1]);
  });
});
