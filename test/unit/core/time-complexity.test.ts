/** Twice the size may take twice the time, and not four times. */

import { describe, expect, it } from "vitest";
import { bench, rejection, texts } from "../../support/emulate.js";

/** Milliseconds that some work takes. */
async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

describe("time grows with size, not with its square:", () => {
  it("a hundred thousand texts are too long", async () => {
    const { embedder } = bench();
    const list = texts(100_000);
    const limits = (maxInputTokens: number): object => ({
      longText: "reject",
      maxInputTokens,
      countTokens: (text: string) => (text === list.at(-1) ? 1000 : 10),
    });
    const one = await timeOf(() => rejection(embedder(limits(100)).embed(list)));
    const all = await timeOf(() => rejection(embedder(limits(5)).embed(list)));
    expect(all).toBeLessThan(10 * one);
  });

  it("an answer of nothing but brackets takes little more than parsing it", async () => {
    const body = "[".repeat(1_000_000);
    const { embedder } = bench();
    const fetch = async (): Promise<Response> => new Response(body);
    const parsing = await timeOf(async () => {
      expect(() => JSON.parse(body) as unknown).toThrow(SyntaxError);
    });
    const reading = await timeOf(() => rejection(embedder({ fetch, maxRetries: 0 }).embed(texts(128))));
    expect(reading).toBeLessThan(2 * parsing + 200);
  });
});

describe("a message of the server's", () => {
  it("is looked through in a moment, and left out where that would take longer", async () => {
    const message =
      "It is not what we had wanted it to be, so please have a look at it and send it once more.";
    const { reranker } = bench({ faults: () => ({ status: 422, message }) });
    const documents = Array.from({ length: 1024 }, (_, index) => `${index} lorem ipsum dolor `.repeat(1500));
    const startedAt = performance.now();
    const error = await rejection(reranker().rerank("what is zyx", documents, String));
    expect(performance.now() - startedAt).toBeLessThan(3000);
    expect((error as Error).message).toContain("may quote what was sent");
  });
});
