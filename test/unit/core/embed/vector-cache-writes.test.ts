import { describe, expect, it, vi } from "vitest";
import type { ByteStore } from "../../../../src/index.js";
import { bench, only, texts } from "../../../support/emulate.js";
import { timed, useVirtualTime } from "../../../support/time.js";

describe("job with a slow cache", () => {
  useVirtualTime();

  it("waits for writes, so that a crash loses at most what may be in flight", async () => {
    let written = 0;
    let most = 0;
    const slow: ByteStore = {
      mget: async () => [],
      mset: (entries) => {
        const answered = only(events, "response").reduce((sum, event) => sum + event.texts, 0);
        most = Math.max(most, answered - written);
        return new Promise((resolve) => {
          setTimeout(() => {
            written += entries.length;
            resolve();
          }, 500);
        });
      },
    };
    const { embedder, events } = bench({ latency: 10 });
    const call = embedder({ cache: slow, batchSize: 5, maxConcurrency: 3 }).embed(texts(150));
    await timed(call);
    expect((await call).vectors.length).toBe(150);
    expect(written).toBe(150);
    expect(most).toBeLessThanOrEqual(3 * 5);
  });

  it("waits once for a store that no longer writes", async () => {
    const { embedder } = bench({ latency: 10 });
    const cache: ByteStore = { mget: async () => [], mset: () => new Promise(() => {}) };
    const call = embedder({ cache, timeout: 2000, batchSize: 5, maxConcurrency: 3 }).embed(texts(150));
    expect(await timed(call)).toBeLessThan(5000);
    expect((await call).vectors.length).toBe(150);
  });

  it("waits for its first write to a store that had not responded a minute before", async () => {
    let written = 0;
    const mset = vi.fn<ByteStore["mset"]>(async (entries) => {
      await new Promise((resolve) => setTimeout(resolve, 500));
      written += entries.length;
    });
    const { embedder } = bench({ latency: 1000 });
    const one = embedder({ cache: { mget: () => new Promise(() => {}), mset }, timeout: 2000 });
    await timed(one.embed(["a"]));
    expect(mset).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(58_500);
    // The minute ends while the request is in flight: after the look-up, before the write.
    await timed(one.embed(["b"]));
    expect(mset).toHaveBeenCalledOnce();
    expect(written).toBe(1);
  });
});
