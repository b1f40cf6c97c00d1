import { describe, expect, it } from "vitest";
import { bench, only, rejection, texts } from "../../../support/emulate.js";
import { breathe, timed, useVirtualTime } from "../../../support/time.js";

const never = new Promise<never>(() => {});

/** Throws synchronously instead of rejecting. */
function broken(): never {
  throw new Error("the store is broken");
}

describe("cache that never responds", () => {
  useVirtualTime();

  it("costs a long list one timeout, not one per look-up", async () => {
    const { embedder, events } = bench();
    const cache = { mget: () => never, mset: async () => {} };
    const call = embedder({ cache, timeout: 2000 }).embed(texts(10_000));
    const elapsedMs = await timed(call);
    expect((await call).vectors.length).toBe(10_000);
    expect(elapsedMs).toBeGreaterThanOrEqual(2000);
    expect(elapsedMs).toBeLessThan(4000);
    expect(only(events, "cache-error").length).toBe(1);
    expect(only(events, "cache-lookup")).toMatchObject([{ hits: 0, misses: 10_000, corrupt: 0 }]);
  });
});

describe("cache that throws instead of rejecting", () => {
  it("causes no unhandled rejection when the event listener throws too", async () => {
    const unhandled: unknown[] = [];
    const record = (reason: unknown): void => void unhandled.push(reason);
    process.on("unhandledRejection", record);
    const controller = new AbortController();
    const { embedder } = bench();
    const call = embedder({
      cache: { mget: broken, mset: broken },
      onEvent: ({ type }) => type === "cache-error" && controller.abort("enough"),
    }).embed(texts(3), { signal: controller.signal });
    expect(await rejection(call)).toBe("enough");
    await breathe();
    process.off("unhandledRejection", record);
    expect(unhandled).toEqual([]);
  });
});
