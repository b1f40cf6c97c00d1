/** The time of these operations must grow linearly with the size of the input. */

import { describe, expect, it } from "vitest";
import { bench, rejection, texts } from "../../support/emulate.js";

/** Measures the CPU time of an operation in milliseconds, which does not depend on other processes. */
async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

describe("time complexity", () => {
  it("rejects 100,000 texts that are too long in linear time", async () => {
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

  it("reads a response of brackets only in little more time than parsing takes", async () => {
    const body = "[".repeat(1_000_000);
    const { embedder } = bench();
    const fetch = async (): Promise<Response> => new Response(body);
    const parsing = await timeOf(async () => {
      expect(() => JSON.parse(body) as unknown).toThrow(SyntaxError);
    });
    const reading = await timeOf(() => rejection(embedder({ fetch, maxRetries: 0 }).embed(texts(128))));
    expect(reading).toBeLessThan(2 * parsing + 200);
  });

  it("reads a server's message in a time that does not depend on the texts", async () => {
    const message =
      "This model's maximum context length is 512 tokens. " +
      "No number of texts must be at most. ".repeat(1500);
    const { reranker } = bench({ faults: () => ({ status: 422, message }) });
    const documents = Array.from({ length: 1024 }, (_, index) => `${index} lorem ipsum dolor `.repeat(1500));
    let error: unknown;
    const time = await timeOf(async () => {
      error = await rejection(reranker().rerank("what is zyx", documents, String));
    });
    expect(time).toBeLessThan(3000);
    expect((error as Error).message).toMatch(/^Cannot rerank 1024 documents/);
  });
});
