import { describe, expect, it, vi } from "vitest";
import { Embedder } from "../../../../src/index.js";
import { bench, plain, rejection, texts, vectorOf } from "../../../support/emulate.js";

describe("shared options", () => {
  it("sends apiKey with every request", async () => {
    const { embedder, reranker } = bench({ apiKey: "right" });
    await embedder({ apiKey: "right" }).embed(["a"]);
    expect(await rejection(embedder({ apiKey: "wrong" }).embed(["a"]))).toMatchObject({
      code: "unauthorized",
    });
    expect(await rejection(reranker({ apiKey: "wrong" }).rerank("q", ["a"], String))).toMatchObject({
      code: "unauthorized",
    });
  });

  it("sends model with every request", async () => {
    const { embedder, bodies } = bench();
    const one = embedder();
    await one.embed(["a"]);
    expect([one.model, bodies()[0]?.model]).toEqual(["me/embedding", "me/embedding"]);
  });

  it.each([0, 1, 3])("retries a 500 as often as maxRetries: %i", async (maxRetries) => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    const { embedder, reranker, emulator } = bench({ faults: () => ({ status: 500 }) });
    await rejection(embedder({ maxRetries }).embed(["a"]));
    expect(emulator.requests.length).toBe(1 + maxRetries);
    await rejection(reranker({ maxRetries, apiKey: "another" }).rerank("q", ["a"], String));
    expect(emulator.requests.length).toBe(2 * (1 + maxRetries));
    vi.restoreAllMocks();
  });

  it("ends an attempt after timeout", async () => {
    const { embedder, reranker } = bench({ faults: () => "hang" });
    const options = { timeout: 20, maxRetries: 0 };
    expect(await rejection(embedder(options).embed(["a"]))).toMatchObject({ code: "timeout" });
    expect(await rejection(reranker(options).rerank("q", ["a"], String))).toMatchObject({ code: "timeout" });
  });

  it.each([1, 2, 5])("sends at most maxConcurrency requests at once: %i", async (maxConcurrency) => {
    let peak = 0;
    const { embedder, emulator } = bench({
      latency: () => {
        peak = Math.max(peak, emulator.inFlight);
        return 1;
      },
    });
    await embedder({ maxConcurrency, batchSize: 1 }).embed(texts(60));
    expect(peak).toBe(maxConcurrency);
  });

  it("shares maxConcurrency between objects of the same key and model", async () => {
    let peak = 0;
    const { embedder, emulator } = bench({
      latency: () => {
        peak = Math.max(peak, emulator.inFlight);
        return 1;
      },
    });
    const calls = texts(5).map((prefix) =>
      embedder({ maxConcurrency: 3, batchSize: 1 }).embed(texts(20, prefix)),
    );
    await Promise.all(calls);
    expect(peak).toBe(3);
  });

  it("looks up the global fetch for each request", async () => {
    const { emulator } = bench();
    const one = new Embedder({ model: "me/embedding", apiKey: "global-fetch" });
    vi.stubGlobal("fetch", emulator.fetch);
    const { vectors } = await one.embed(["a"]).finally(() => vi.unstubAllGlobals());
    expect(plain(vectors)).toEqual([vectorOf("a")]);
  });

  it("ignores an error that onEvent throws", async () => {
    const { embedder, reranker } = bench();
    const onEvent = vi.fn<() => never>(() => {
      throw new Error("a mistake in the listener");
    });
    expect((await embedder({ onEvent, queryPrefix: "" }).embed(["a"])).vectors.length).toBe(1);
    expect((await reranker({ onEvent }).rerank("q", ["1"], String)).length).toBe(1);
    expect(onEvent).toHaveBeenCalledTimes(4);
  });

  it("sends at most batchSize texts in one request, and 128 by default", async () => {
    const { embedder, emulator } = bench();
    await embedder({ batchSize: 7 }).embed(texts(20));
    expect(emulator.requests.map((request) => request.texts)).toEqual([7, 7, 6]);
    emulator.clear();
    await embedder({}).embed(texts(300));
    expect(emulator.requests.map((request) => request.texts)).toEqual([128, 128, 44]);
  });
});
