import { describe, expect, it, vi } from "vitest";
import type { ByteStore, Progress } from "../../../../src/index.js";
import { bench, only, plain, rejection, texts, vectorOf } from "../../../support/emulate.js";
import { MemoryStore } from "../../../support/store.js";
import { breathe, pass, timed, useVirtualTime } from "../../../support/time.js";

const never = new Promise<never>(() => {});

/** A store that never responds. */
const hanging: ByteStore = { mget: () => never, mset: () => never };

describe("vector cache", () => {
  it("saves the second run all requests, and returns the same vectors", async () => {
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

  it("is the same for a missing and an empty namespace", async () => {
    const { embedder, events } = bench();
    const store = new MemoryStore();
    for (const cache of [store, { store }, { store, namespace: "" }]) await embedder({ cache }).embed(["a"]);
    expect(only(events, "cache-lookup").map(({ hits }) => hits)).toEqual([0, 1, 1]);
  });

  it("sends only missing texts, and returns every vector at its index", async () => {
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

  it("returns each vector with its own ArrayBuffer, as uncached vectors have", async () => {
    const { embedder } = bench();
    const cache = new MemoryStore();
    await embedder({ cache }).embed(texts(3));
    const { vectors } = await embedder({ cache }).embed(texts(3));
    expect(vectors.map(({ buffer }) => buffer.byteLength)).toEqual([16, 16, 16]);
    expect(new Set(vectors.map(({ buffer }) => buffer)).size).toBe(3);
  });

  it("keeps its entries when returned vectors are changed", async () => {
    const { embedder } = bench();
    const cache = new MemoryStore();
    const { vectors } = await embedder({ cache, normalize: true }).embed(texts(3));
    for (const vector of vectors) vector.fill(0);
    const again = await embedder({ cache }).embed(texts(3));
    expect(plain(again.vectors)).toEqual(texts(3).map(vectorOf));
  });

  it("separates models, origins, prefixes and namespaces, but not embedders", async () => {
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

  it("neither stores nor looks up queries", async () => {
    const { embedder, emulator } = bench();
    const cache = new MemoryStore();
    const one = embedder({ cache });
    await one.embedQuery("a question");
    expect([cache.reads, cache.writes]).toEqual([0, 0]);
    await one.embed(["a question"]);
    await one.embedQuery("a question");
    expect(emulator.requests.length).toBe(3);
  });

  it("causes only a cache-error event when the store throws", async () => {
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

  it("resumes a failed job without a second request for texts that were received", async () => {
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

  it("resumes a stream", async () => {
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

  it("counts cached texts as progress", async () => {
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

  it("keeps single precision, the precision of base64", async () => {
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

  it("sets the embedder's dimensions by its vectors", async () => {
    const { embedder } = bench();
    const cache = new MemoryStore();
    await embedder({ cache }).embed(["a"]);
    const one = embedder({ cache });
    expect(one.dimensions).toBeUndefined();
    await one.embed(["a"]);
    expect(one.dimensions).toBe(4);
  });

  it.each([
    ["https://gateway.example/tenant-a/v1", "https://gateway.example/tenant-b/v1", 2],
    ["https://gateway.example/v1", "http://gateway.example/v1", 2],
    ["https://gateway.example/v1/", "HTTPS://GATEWAY.example:443/v1", 1],
  ])("separates %s from %s only if they are two addresses: %i requests", async (one, other, requests) => {
    const { embedder, emulator } = bench();
    const cache = new MemoryStore();
    const fetch: typeof globalThis.fetch = async (_, init) =>
      emulator.fetch("https://gateway.example/v1/embeddings", init);
    for (const baseURL of [one, other]) await embedder({ cache, baseURL, fetch }).embed(["a"]);
    expect(emulator.requests.length).toBe(requests);
    expect(cache.entries.size).toBe(requests);
  });

  it("is overwritten with the server's vectors after the model behind an id has changed", async () => {
    const dimensions = { now: 4 };
    const { embedder, events } = bench({ embed: (list) => list.map(() => Array(dimensions.now).fill(1)) });
    const cache = new MemoryStore();
    await embedder({ cache }).embed(["old"]);
    dimensions.now = 6;
    const own = embedder({ cache });
    const onProgress = vi.fn<(progress: Progress) => void>();
    const { vectors } = await own.embed(["old", "new"], { onProgress });
    expect(vectors.map(({ length }) => length)).toEqual([6, 6]);
    expect(onProgress.mock.lastCall).toEqual([{ done: 2, total: 2 }]);
    expect(own.dimensions).toBe(6);
    expect(only(events, "cache-lookup").slice(1)).toMatchObject([
      { hits: 1, misses: 1, corrupt: 0 },
      { hits: 0, misses: 1, corrupt: 1 },
    ]);
    await embedder({ cache }).embed(["old", "new"]);
    expect(only(events, "cache-lookup").at(-1)).toMatchObject({ hits: 2, corrupt: 0 });
  });

  it("keeps an embedder usable that has returned cached vectors of another length", async () => {
    const dimensions = { now: 4 };
    const { embedder, emulator } = bench({ embed: (list) => list.map(() => Array(dimensions.now).fill(1)) });
    const cache = new MemoryStore();
    await embedder({ cache }).embed(["old"]);
    dimensions.now = 6;
    const own = embedder({ cache });
    expect((await own.embed(["old"])).vectors[0]?.length).toBe(4);
    expect(own.dimensions).toBe(4);
    expect((await own.embed(["new"])).vectors[0]?.length).toBe(6);
    expect((await own.embed(["old"])).vectors[0]?.length).toBe(6);
    expect(emulator.requests.length).toBe(3);
  });

  it("ends a stream with an error if the server sends longer vectors than those already yielded", async () => {
    const dimensions = { now: 4 };
    const { embedder } = bench({ embed: (list) => list.map(() => Array(dimensions.now).fill(1)) });
    const cache = new MemoryStore();
    await embedder({ cache }).embed(texts(200));
    dimensions.now = 6;
    const given: number[] = [];
    const read = async (): Promise<void> => {
      for await (const { vector } of embedder({ cache }).embedStream(texts(400))) given.push(vector.length);
    };
    const error = await rejection(read());
    expect(new Set(given)).toEqual(new Set([4]));
    expect(error).toMatchObject({ code: "invalid_response" });
    expect((error as Error).message).toContain(
      "the cache has vectors of 4 dimensions, but the model's have 6; set `dimensions`, or another `namespace`",
    );
    expect((error as Error).message).not.toContain("baseURL");
  });

  it("ignores vectors of another length than `dimensions`", async () => {
    const { embedder, events } = bench();
    const cache = new MemoryStore();
    await embedder({ cache }).embed(["old"]);
    const error = await rejection(embedder({ cache, dimensions: 6, retryDeadline: 1 }).embed(["old"]));
    expect(error).toMatchObject({ code: "invalid_option" });
    expect(only(events, "cache-lookup").slice(1)).toMatchObject([{ hits: 0, misses: 1, corrupt: 1 }]);
  });

  it.each([
    [5000, [2048, 2048, 904]],
    [2048, [2048]],
  ])("looks up 1 to 2,048 keys at once: %i texts", async (amount, looks) => {
    const { embedder } = bench();
    const cache = new MemoryStore();
    const mget = vi.spyOn(cache, "mget");
    await embedder({ cache }).embed(texts(amount));
    expect(mget.mock.calls.map(([keys]) => keys.length)).toEqual(looks);
  });
});

describe("vector cache that hangs", () => {
  useVirtualTime();

  it("costs a call one timeout, as long as that of a request, and none for the next minute", async () => {
    const { embedder, events } = bench();
    const own = embedder({ cache: hanging, timeout: 2000 });
    const call = own.embed(texts(3));
    expect(Math.floor(await timed(call))).toBe(2000);
    expect(plain((await call).vectors)).toEqual(texts(3).map(vectorOf));
    await pass(58_000);
    expect(Math.floor(await timed(own.embed(texts(3, "more"))))).toBe(0);
    const error = new Error("no response within 2000 ms");
    expect(only(events, "cache-error")).toMatchObject([{ phase: "read", error }]);
  });

  it("costs one timeout for all writes that wait for it at once", async () => {
    const { embedder, events } = bench();
    const mset = vi.fn<() => Promise<never>>(() => never);
    const own = embedder({ cache: { mget: async () => [], mset }, timeout: 2000, batchSize: 10 });
    expect(Math.floor(await timed(own.embed(texts(1000))))).toBe(2000);
    expect(mset.mock.calls.length).toBeGreaterThan(1);
    expect(only(events, "cache-error").length).toBe(1);
  });

  it("is called once after a minute, while other calls continue without it", async () => {
    const { embedder } = bench();
    const mget = vi.fn<() => Promise<never>>(() => never);
    const own = embedder({ cache: { mget, mset: () => never }, timeout: 2000 });
    await timed(own.embed(texts(3)));
    await pass(60_000);
    const [trial, other] = [own.embed(texts(3)), own.embed(texts(3, "other"))].map((call) => timed(call));
    expect(Math.floor((await other) as number)).toBe(0);
    expect(Math.floor((await trial) as number)).toBe(2000);
    expect(Math.floor(await timed(own.embed(texts(3))))).toBe(0);
    expect(mget.mock.calls.length).toBe(2);
  });

  it("is called by the next call if the first trial is aborted", async () => {
    const { embedder } = bench();
    const mget = vi.fn<() => Promise<never>>(() => never);
    const own = embedder({ cache: { mget, mset: async () => {} }, timeout: 2000 });
    await timed(own.embed(texts(3)));
    await pass(60_000);
    const controller = new AbortController();
    const failed = rejection(own.embed(texts(3), { signal: controller.signal }));
    await pass(100);
    controller.abort("enough");
    expect(await failed).toBe("enough");
    expect(Math.floor(await timed(own.embed(texts(3))))).toBe(2000);
    expect(mget.mock.calls.length).toBe(3);
  });

  it("is called as before once a trial has returned, also with an error", async () => {
    const { embedder, events } = bench();
    const cache = new MemoryStore();
    const own = embedder({ cache, timeout: 2000 });
    vi.spyOn(cache, "mget")
      .mockImplementationOnce(() => never)
      .mockImplementationOnce(() => Promise.reject(new Error("busy")));
    await timed(own.embed(texts(3)));
    await pass(60_000);
    await own.embed(texts(3));
    await own.embed(texts(3));
    expect(only(events, "cache-lookup").map(({ hits }) => hits)).toEqual([0, 0, 3]);
    expect(only(events, "cache-error").map(({ phase }) => phase)).toEqual(["read", "read"]);
  });

  it("is called again after a minute, by a call whose texts it may have", async () => {
    const { embedder, events } = bench();
    const cache = new MemoryStore();
    await embedder({ cache }).embed(texts(3));
    const one = embedder({ cache, timeout: 2000 });
    vi.spyOn(cache, "mget").mockImplementationOnce(() => never);
    vi.spyOn(cache, "mset").mockImplementationOnce(() => never);
    await timed(one.embed(texts(3)));
    await pass(60_000);
    await timed(one.embed(texts(3)));
    expect(only(events, "cache-lookup").map(({ hits }) => hits)).toEqual([0, 0, 3]);
  });

  it.each([
    ["read", hanging],
    ["write", { mget: async () => [], mset: () => never }],
  ])("ends with an abort during a %s", async (_, cache) => {
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
