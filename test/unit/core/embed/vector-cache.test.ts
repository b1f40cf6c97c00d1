import { describe, expect, it, vi } from "vitest";
import type { ByteStore } from "../../../../src/index.js";
import { bench, only, plain, rejection, texts, vectorOf } from "../../../support/emulate.js";
import { MemoryStore } from "../../../support/store.js";
import { breathe, pass, timed, useVirtualTime } from "../../../support/time.js";

const never = new Promise<never>(() => {});

/** A store that never answers. */
const hanging: ByteStore = { mget: () => never, mset: () => never };

describe("a cache", () => {
  it("spares the second run every request, and gives the same vectors", async () => {
    const { embedder, emulator, events } = bench();
    const cache = new MemoryStore();
    const list = texts(300);
    const first = await embedder({ cache }).embed(list);
    expect(emulator.requests.length).toBe(3);
    const second = await embedder({ cache }).embed(list);
    expect(emulator.requests.length).toBe(3);
    expect(second.vectors).toEqual(first.vectors);
    expect(plain(second.vectors)).toEqual(list.map(vectorOf));
    expect(second.usage).toEqual({ promptTokens: 0, totalTokens: 0 });
    expect(only(events, "cache-lookup")).toMatchObject([
      { hits: 0, misses: 300, corrupt: 0 },
      { hits: 300, misses: 0, corrupt: 0 },
    ]);
  });

  it("is the same one, whether its namespace is left out or empty", async () => {
    const { embedder, events } = bench();
    const store = new MemoryStore();
    for (const cache of [store, { store }, { store, namespace: "" }]) await embedder({ cache }).embed(["a"]);
    expect(only(events, "cache-lookup").map(({ hits }) => hits)).toEqual([0, 1, 1]);
  });

  it("sends only what is missing, and puts every vector in its place", async () => {
    const { embedder, emulator, events } = bench();
    const cache = new MemoryStore();
    const list = texts(100);
    await embedder({ cache }).embed(list.filter((_, index) => index % 3 === 0));
    emulator.clear();
    const { vectors } = await embedder({ cache }).embed(list);
    expect(plain(vectors)).toEqual(list.map(vectorOf));
    expect(emulator.totals.texts).toBe(66);
    expect(only(events, "cache-lookup").at(-1)).toMatchObject({ hits: 34, misses: 66 });
  });

  it("gives each vector a block of memory of its own, as the server's answers do", async () => {
    const { embedder } = bench();
    const cache = new MemoryStore();
    await embedder({ cache }).embed(texts(3));
    const { vectors } = await embedder({ cache }).embed(texts(3));
    expect(vectors.map(({ buffer }) => buffer.byteLength)).toEqual([16, 16, 16]);
    expect(new Set(vectors.map(({ buffer }) => buffer)).size).toBe(3);
  });

  it("is not changed by what becomes of the vectors", async () => {
    const { embedder } = bench();
    const cache = new MemoryStore();
    const { vectors } = await embedder({ cache, normalize: true }).embed(texts(3));
    for (const vector of vectors) vector.fill(0);
    const again = await embedder({ cache }).embed(texts(3));
    expect(plain(again.vectors)).toEqual(texts(3).map(vectorOf));
  });

  it("keeps apart models, origins, prefixes and namespaces, but not embedders", async () => {
    const { embedder, emulator } = bench({
      models: {
        "me/embedding": { type: "embedding", dimensions: 4 },
        "me/other": { type: "embedding", dimensions: 4 },
      },
    });
    const store = new MemoryStore();
    const variants = [
      { cache: store },
      { cache: store, model: "me/other" },
      { cache: store, baseURL: "https://example.com/v1" },
      { cache: store, documentPrefix: "passage: " },
      { cache: { store, namespace: "mine" } },
      { cache: { store, namespace: "yours" } },
    ];
    for (const variant of variants) await embedder(variant).embed(["a text"]);
    expect(emulator.requests.length).toBe(variants.length);
    for (const variant of variants) await embedder(variant).embed(["a text"]);
    expect(emulator.requests.length).toBe(variants.length);
    expect(store.entries.size).toBe(variants.length);
  });

  it("neither keeps queries nor knows them", async () => {
    const { embedder, emulator } = bench();
    const cache = new MemoryStore();
    const one = embedder({ cache });
    await one.embedQuery("a question");
    expect([cache.reads, cache.writes]).toEqual([0, 0]);
    await one.embed(["a question"]);
    await one.embedQuery("a question");
    expect(emulator.requests.length).toBe(3);
  });

  it("is a failure event, and no more, when the store throws", async () => {
    const { embedder, events } = bench();
    const gone = new Error("disk full");
    const cache: ByteStore = {
      mget: () => Promise.reject(gone),
      mset: () => {
        throw gone;
      },
    };
    const { vectors } = await embedder({ cache }).embed(texts(3));
    expect(plain(vectors)).toEqual(texts(3).map(vectorOf));
    expect(only(events, "cache-error")).toMatchObject([
      { phase: "read", error: gone },
      { phase: "write", error: gone },
    ]);
  });

  it("resumes a job that failed: what had arrived is not paid for again", async () => {
    const { embedder, emulator } = bench({ faults: ["ok", "ok", { status: 401 }] });
    const cache = new MemoryStore();
    const list = texts(100);
    const options = { cache, batchSize: 10, maxConcurrency: 1 };
    expect(await rejection(embedder(options).embed(list))).toMatchObject({ code: "unauthorized" });
    expect(cache.entries.size).toBe(20);
    emulator.setFaults(undefined);
    emulator.clear();
    const { vectors } = await embedder(options).embed(list);
    expect(plain(vectors)).toEqual(list.map(vectorOf));
    expect(emulator.totals.texts).toBe(80);
  });

  it("makes a stream resume as well", async () => {
    const { embedder, emulator } = bench();
    const cache = new MemoryStore();
    await embedder({ cache }).embed(texts(30));
    emulator.clear();
    let streamed = 0;
    for await (const { vector, index } of embedder({ cache, batchSize: 8 }).embedStream(texts(40))) {
      expect([...vector]).toEqual(vectorOf(`text ${index}`));
      streamed += 1;
    }
    expect([streamed, emulator.totals.texts]).toEqual([40, 10]);
  });

  it("counts what it knew as progress", async () => {
    const { embedder } = bench();
    const cache = new MemoryStore();
    await embedder({ cache }).embed(texts(6));
    const progress: string[] = [];
    const onProgress = ({ done, total }: { done: number; total: number }): void => {
      progress.push(`${done}/${total}`);
    };
    await embedder({ cache }).embed([...texts(10), "text 0"], { onProgress });
    expect(progress).toEqual(["7/11", "11/11"]);
  });

  it("keeps single precision, which is all that base64 has", async () => {
    const precise = [1 / 3, Math.PI, 1e-7];
    const { embedder } = bench({
      models: { "me/embedding": { type: "embedding", dimensions: 3 } },
      embed: () => [precise],
    });
    const cache = new MemoryStore();
    await embedder({ cache, encodingFormat: "float" }).embed(["a"]);
    const { vectors } = await embedder({ cache }).embed(["a"]);
    expect(vectors[0]).toEqual(Float32Array.from(precise));
  });

  it("tells the embedder the length of its vectors", async () => {
    const { embedder } = bench();
    const cache = new MemoryStore();
    await embedder({ cache }).embed(["a"]);
    const one = embedder({ cache });
    expect(one.dimensions).toBeUndefined();
    await one.embed(["a"]);
    expect(one.dimensions).toBe(4);
  });

  it("is not mixed with vectors of another length, after the model behind an id has changed", async () => {
    const dimensions = { now: 4 };
    const { embedder } = bench({ embed: (list) => list.map(() => Array(dimensions.now).fill(1)) });
    const cache = new MemoryStore();
    await embedder({ cache }).embed(["old"]);
    dimensions.now = 6;
    const error = await rejection(embedder({ cache, retryDeadline: 1 }).embed(["old", "new"]));
    expect(error).toMatchObject({ code: "invalid_response" });
    expect((error as Error).message).toContain("vector 0 has 6 dimensions instead of 4");
  });

  it("does not answer with vectors of another length than the one that is set", async () => {
    const { embedder, events } = bench();
    const cache = new MemoryStore();
    await embedder({ cache }).embed(["old"]);
    const error = await rejection(embedder({ cache, dimensions: 6, retryDeadline: 1 }).embed(["old"]));
    expect(error).toMatchObject({ code: "invalid_option" });
    expect(only(events, "cache-lookup").at(-1)).toMatchObject({ hits: 0, corrupt: 1 });
  });

  it.each([
    [5000, [2048, 2048, 904]],
    [2048, [2048]],
  ])("is asked for no more than 2,048 keys at once, and never for none: %i texts", async (amount, looks) => {
    const { embedder } = bench();
    const cache = new MemoryStore();
    const mget = vi.spyOn(cache, "mget");
    await embedder({ cache }).embed(texts(amount));
    expect(mget.mock.calls.map(([keys]) => keys.length)).toEqual(looks);
  });
});

describe("a cache that hangs", () => {
  useVirtualTime();

  it("gets as long as a request, when it is read and when it is written", async () => {
    const { embedder, events } = bench();
    const call = embedder({ cache: hanging, timeout: 2000 }).embed(texts(3));
    expect(await timed(call)).toBeCloseTo(4000, -3);
    expect(plain((await call).vectors)).toEqual(texts(3).map(vectorOf));
    const error = new Error("no response within 2000 ms");
    expect(only(events, "cache-error")).toMatchObject([
      { phase: "read", error },
      { phase: "write", error },
    ]);
  });

  it("is asked again by the next call, which it may well answer", async () => {
    const { embedder, events } = bench();
    const cache = new MemoryStore();
    await embedder({ cache }).embed(texts(3));
    const one = embedder({ cache, timeout: 2000 });
    vi.spyOn(cache, "mget").mockImplementationOnce(() => never);
    vi.spyOn(cache, "mset").mockImplementationOnce(() => never);
    await timed(one.embed(texts(3)));
    await timed(one.embed(texts(3)));
    expect(only(events, "cache-lookup").map(({ hits }) => hits)).toEqual([0, 0, 3]);
  });

  it.each([
    ["read", hanging],
    ["written", { mget: async () => [], mset: () => never }],
  ])("ends with an abort while it is being %s", async (_, cache) => {
    const { embedder, events } = bench();
    const controller = new AbortController();
    const failed = rejection(embedder({ cache }).embed(texts(3), { signal: controller.signal }));
    await pass(100);
    controller.abort("enough");
    await breathe();
    expect(vi.getTimerCount()).toBe(0);
    expect(await failed).toBe("enough");
    expect(only(events, "cache-error")).toEqual([]);
  });
});
