import { describe, expect, it } from "vitest";
import { bench, only, texts } from "../support/emulate.js";
import { timed, useVirtualTime } from "../support/time.js";

const never = new Promise<never>(() => {});

describe("a cache that never answers", () => {
  useVirtualTime();

  it("costs a long list its timeout once, not once for each look-up", async () => {
    const { embedder, events } = bench();
    const cache = { mget: () => never, mset: async () => {} };
    const call = embedder({ cache, timeout: 2000 }).embed(texts(10_000));
    const elapsedMs = await timed(call);
    expect((await call).vectors.length).toBe(10_000);
    expect(elapsedMs).toBeGreaterThanOrEqual(2000);
    expect(elapsedMs).toBeLessThan(4000);
    expect(only(events, "cache-failure").length).toBe(1);
    expect(only(events, "cache")).toMatchObject([{ hits: 0, misses: 10_000 }]);
  });
});
