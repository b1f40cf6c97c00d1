import { describe, expect, it, vi } from "vitest";
import type { TogetherEvent } from "../../../src/index.js";
import { bench, only } from "../../support/emulate.js";
import { MemoryStore } from "../../support/store.js";

describe("events", () => {
  it("tell of every request and its answer, with the same number", async () => {
    const { embedder, ranker, events } = bench();
    const startedAt = performance.now();
    await embedder({ batchSize: 2 }).embed(["a", "b", "c"]);
    await ranker().rank("q", ["1"], String);
    const elapsedMs = performance.now() - startedAt;
    expect(only(events, "request")).toMatchObject([
      { operation: "embed", model: "me/embedding", request: 1, texts: 2, attempt: 1, inFlight: 1 },
      { request: 2, texts: 1, attempt: 1, inFlight: 2 },
      { operation: "rerank", model: "me/rerank", request: 1, texts: 1 },
    ]);
    const answered = only(events, "answer").map(({ request }) => request);
    expect(answered.toSorted((one, other) => one - other)).toEqual([1, 1, 2]);
    for (const { usage, durationMs, texts: amount } of only(events, "answer")) {
      expect(usage?.totalTokens).toBeGreaterThan(0);
      expect(durationMs).toBeGreaterThanOrEqual(0);
      expect(durationMs).toBeLessThanOrEqual(elapsedMs);
      expect(amount).toBeGreaterThan(0);
    }
  });

  it("come in every type that the union has", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    const refused = { status: 429, headers: { "retry-after-ms": "1" }, errorType: "dynamic_token_limited" };
    const { embedder, ranker, events, emulator } = bench({ maxBatchTexts: 2 });
    const seen = new Set<TogetherEvent["type"]>();
    const cache = { mget: () => Promise.reject(new Error("gone")), mset: async () => {} };
    emulator.setFaults([{ status: 500 }, refused]);
    await embedder({ cache, maxInputTokens: 4 }).embed(["a", "half \ud83d", "long long long"]);
    await embedder({ cache: new MemoryStore() }).embed(["a"]);
    await ranker({ batchSize: 1 }).rank("q", ["1", " ", "2"], String);
    emulator.setFaults([{ status: 401 }]);
    await ranker({ onFailure: "keep-order" }).rank("q", ["1"], String);
    vi.restoreAllMocks();
    for (const { type } of events) seen.add(type);
    const all: Record<TogetherEvent["type"], true> = {
      request: true,
      answer: true,
      retry: true,
      throttle: true,
      cache: true,
      "cache-failure": true,
      failure: true,
      "long-text": true,
      "repaired-text": true,
      "skipped-document": true,
      split: true,
      unranked: true,
    };
    expect([...seen].toSorted()).toEqual(Object.keys(all).toSorted());
    expect(only(events, "throttle")).toMatchObject([{ limitedBy: "tokens", pauseMs: expect.any(Number) }]);
  });
});
