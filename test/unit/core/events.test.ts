import { describe, expect, it, vi } from "vitest";
import type { TogetherEvent } from "../../../src/index.js";
import { bench, only } from "../../support/emulate.js";
import { MemoryStore } from "../../support/store.js";

describe("events", () => {
  it("reports every request and its response with the same number", async () => {
    const { embedder, reranker, events } = bench();
    const startedAt = performance.now();
    await embedder({ batchSize: 2 }).embed(["a", "b", "c"]);
    await reranker().rerank("q", ["1"], String);
    const elapsedMs = performance.now() - startedAt;
    expect(only(events, "request")).toMatchObject([
      { operation: "embed", model: "me/embedding", request: 1, texts: 2, attempt: 1, inFlight: 1 },
      { request: 2, texts: 1, attempt: 1, inFlight: 2 },
      { operation: "rerank", model: "me/rerank", request: 1, texts: 1 },
    ]);
    const numbers = only(events, "response").map(({ request }) => request);
    expect(numbers.toSorted((one, other) => one - other)).toEqual([1, 1, 2]);
    for (const { usage, durationMs, texts: amount } of only(events, "response")) {
      expect(usage?.totalTokens).toBeGreaterThan(0);
      expect(durationMs).toBeGreaterThanOrEqual(0);
      expect(durationMs).toBeLessThanOrEqual(elapsedMs);
      expect(amount).toBeGreaterThan(0);
    }
  });

  it("includes every type of the union", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    const rateLimited = {
      status: 429,
      headers: { "retry-after-ms": "1" },
      errorType: "dynamic_token_limited",
    };
    const { embedder, reranker, events, emulator } = bench({ maxBatchTexts: 2 });
    const seen = new Set<TogetherEvent["type"]>();
    const cache = { mget: () => Promise.reject(new Error("gone")), mset: async () => {} };
    emulator.setFaults([{ status: 500 }, rateLimited]);
    await embedder({ cache, maxInputTokens: 4 }).embed(["a", "half \ud83d", "long long long"]);
    await embedder({ cache: new MemoryStore() }).embed(["a"]);
    await reranker({ batchSize: 1 }).rerank("q", ["1", " ", "2"], String);
    const unavailable = { status: 503, headers: { "retry-after-ms": "0" } };
    emulator.setFaults([unavailable, unavailable, unavailable, unavailable]);
    await embedder().embed(["a"]);
    emulator.setFaults([{ status: 401 }]);
    await reranker({ fallback: "original-order" }).rerank("q", ["1"], String);
    vi.restoreAllMocks();
    for (const { type } of events) seen.add(type);
    const all: Record<TogetherEvent["type"], true> = {
      request: true,
      response: true,
      retry: true,
      "rate-limited": true,
      outage: true,
      "cache-lookup": true,
      "cache-error": true,
      "request-error": true,
      "text-too-long": true,
      "text-sanitized": true,
      "document-skipped": true,
      "batch-split": true,
      "model-unknown": true,
      "rerank-fallback": true,
    };
    expect([...seen].toSorted()).toEqual(Object.keys(all).toSorted());
    expect(only(events, "rate-limited")).toMatchObject([
      { limitedBy: "tokens", delayMs: expect.any(Number) },
    ]);
    expect(only(events, "text-sanitized")).toMatchObject([{ input: "documents", indexes: [1] }]);
  });
});
