import { describe, expect, it } from "vitest";
import { BatchSizer } from "../../../../src/core/embed/batch-sizer.js";
import { VectorLength } from "../../../../src/core/embed/vector-length.js";
import type { RateLimit } from "../../../../src/core/rate-limit/permit.js";

interface Given {
  readonly batchSize?: number;
  readonly concurrency?: number;
  readonly dimensions?: number;
  readonly encodingFormat?: "base64" | "float";
}

function given({ batchSize, concurrency = 16, dimensions, encodingFormat = "base64" }: Given = {}) {
  const api: { concurrency: number; limit: RateLimit | undefined } = { concurrency, limit: undefined };
  const sizer = new BatchSizer(
    { batchSize, encodingFormat },
    api,
    new VectorLength({ model: "me/embedding", baseModel: undefined, dimensions }),
  );
  return { api, sizer };
}

describe("BatchSizer", () => {
  it.each([
    [1, 250],
    [16, 250],
    [25, 160],
  ])("divides a list among %i requests in flight, and among 16 at least", (concurrency, texts) => {
    const { sizer } = given({ concurrency });
    expect(sizer.limitsFor(4000)().texts).toBe(texts);
  });

  it("returns the list's first share, and the current rate limit", () => {
    const { api, sizer } = given();
    const limits = sizer.limitsFor(4000);
    api.concurrency = 32;
    expect(limits().texts).toBe(250);
    api.limit = { by: "requests", perSecond: 1 };
    expect(limits().texts).toBe(2048);
  });

  it("splits a stream into chunks of 128 texts, or of `batchSize`", () => {
    expect(given().sizer.chunkSize).toBe(128);
    expect(given({ batchSize: 7 }).sizer.chunkSize).toBe(7);
  });

  it("requests no more vectors than fit into a response", () => {
    const { sizer } = given({ dimensions: 16_384 });
    expect(sizer.limitsFor(100_000)().texts).toBe(133);
    expect(sizer.chunkSize).toBe(128);
    expect(given({ batchSize: 2048, encodingFormat: "float" }).sizer.chunkSize).toBe(531);
  });

  it("never exceeds the size that the server has accepted", () => {
    const { sizer } = given();
    const batch = { positions: [0, 1], texts: ["a", "b"], tokenCounts: [3, 4], tokens: 7 };
    sizer.acceptedSize.accepted(batch);
    sizer.acceptedSize.learn("unknown");
    expect([sizer.limitsFor(4000)(), sizer.chunkSize]).toEqual([{ texts: 2, tokens: 7 }, 2]);
  });
});
