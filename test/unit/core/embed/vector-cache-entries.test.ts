/** A cache entry is valid only if it contains exactly the written bytes. */

import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { decodeEntry, encodeEntry } from "../../../../src/core/embed/cache-entry.js";
import { bench, only, plain, texts, vectorOf } from "../../../support/emulate.js";
import { MemoryStore } from "../../../support/store.js";

describe("cache entries", () => {
  it("replaces an entry that was changed or truncated", async () => {
    const { embedder, events } = bench();
    const cache = new MemoryStore();
    const list = texts(5);
    await embedder({ cache }).embed(list);
    const [flipped, cut, torn, empty] = [...cache.entries.keys()] as [string, string, string, string];
    const corrupt = Uint8Array.from(cache.entries.get(flipped) ?? []);
    corrupt[20] = (corrupt[20] ?? 0) ^ 1;
    cache.entries.set(flipped, corrupt);
    cache.entries.set(cut, (cache.entries.get(cut) as Uint8Array).slice(0, -4));
    cache.entries.set(torn, (cache.entries.get(torn) as Uint8Array).slice(0, -1));
    cache.entries.set(empty, new Uint8Array());
    const { vectors } = await embedder({ cache }).embed(list);
    expect(plain(vectors)).toEqual(list.map(vectorOf));
    expect(only(events, "cache-lookup").at(-1)).toMatchObject({ hits: 1, misses: 4, corrupt: 4 });
    await embedder({ cache }).embed(list);
    expect(only(events, "cache-lookup").at(-1)).toMatchObject({ hits: 5, misses: 0, corrupt: 0 });
  });

  it("detects a change of any single byte, also before the vector", async () => {
    const { embedder, events } = bench();
    const cache = new MemoryStore();
    const list = texts(1);
    await embedder({ cache }).embed(list);
    const [[key, entry]] = [...cache.entries] as [[string, Uint8Array]];
    for (const byte of entry.keys()) {
      const changed = Uint8Array.from(entry);
      changed[byte] = (changed[byte] ?? 0) ^ 1;
      cache.entries.set(key, changed);
      await embedder({ cache }).embed(list);
    }
    const corrupt = only(events, "cache-lookup").map((event) => event.corrupt);
    expect(corrupt).toEqual([0, ...Array.from(entry, () => 1)]);
  });

  it("detects entries that the store has swapped", async () => {
    const { embedder, events } = bench();
    const cache = new MemoryStore();
    const list = texts(2);
    await embedder({ cache }).embed(list);
    const [[one, first], [other, second]] = [...cache.entries] as [
      [string, Uint8Array],
      [string, Uint8Array],
    ];
    cache.entries.set(one, second).set(other, first);
    const { vectors } = await embedder({ cache }).embed(list);
    expect(plain(vectors)).toEqual(list.map(vectorOf));
    expect(only(events, "cache-lookup").at(-1)).toMatchObject({ hits: 0, corrupt: 2 });
  });

  it.each([
    ["too few entries", (entries: Uint8Array[]) => entries.slice(0, 1), { hits: 1, misses: 2, corrupt: 0 }],
    ["no list", () => "nothing", { hits: 0, misses: 3, corrupt: 0 }],
    ["nulls", (entries: Uint8Array[]) => entries.map(() => null), { hits: 0, misses: 3, corrupt: 0 }],
    ["strings", (entries: Uint8Array[]) => entries.map(() => "TRv1"), { hits: 0, misses: 3, corrupt: 3 }],
    ["bare buffers", (list: Uint8Array[]) => list.map((one) => one.buffer), { misses: 3, corrupt: 3 }],
  ])("treats %s as missing", async (_, change, expected) => {
    const { embedder, events } = bench();
    const cache = new MemoryStore();
    const list = texts(3);
    await embedder({ cache }).embed(list);
    const mget = async (keys: string[]): Promise<never> =>
      change((await cache.mget(keys)) as Uint8Array[]) as never;
    const { vectors } = await embedder({ cache: { mget, mset: async () => {} } }).embed(list);
    expect(plain(vectors)).toEqual(list.map(vectorOf));
    expect(only(events, "cache-lookup").at(-1)).toMatchObject(expected);
  });

  it("reads entries of other versions of the package", async () => {
    const { embedder, events } = bench();
    const cache = new MemoryStore();
    const key = "ddd5f0a843d8dc3c533798181416615c221f15f31d0c43f6ebd8817bf54780c0";
    const entry = "54527631ddd5f0a843d8dc3c15a5594d0000803f0030634300008e4100002040";
    cache.entries.set(key, Uint8Array.from(Buffer.from(entry, "hex")));
    const { vectors } = await embedder({ cache }).embed(["a text"]);
    expect(plain(vectors)).toEqual([vectorOf("a text")]);
    expect(only(events, "cache-lookup")).toMatchObject([{ hits: 1, misses: 0 }]);
  });

  it("treats a valid entry without numbers as missing", async () => {
    const { embedder, events } = bench();
    const cache = new MemoryStore();
    await embedder({ cache }).embed(["a text"]);
    const [[key, entry]] = [...cache.entries] as [[string, Uint8Array]];
    const bare = entry.slice(0, 16);
    new DataView(bare.buffer).setUint32(12, 0x811c9dc5, true);
    cache.entries.set(key, bare);
    const { vectors } = await embedder({ cache }).embed(["a text"]);
    expect(plain(vectors)).toEqual([vectorOf("a text")]);
    expect(only(events, "cache-lookup").at(-1)).toMatchObject({ hits: 0, corrupt: 1 });
  });

  it("reads an entry that is a view at an odd offset of a larger buffer", async () => {
    const { embedder, emulator } = bench();
    const cache = new MemoryStore();
    await embedder({ cache }).embed(texts(2));
    for (const [key, value] of cache.entries) {
      const larger = new Uint8Array(value.length + 50);
      larger.set(value, 3);
      cache.entries.set(key, larger.subarray(3, 3 + value.length));
    }
    const { vectors } = await embedder({ cache }).embed(texts(2));
    expect(plain(vectors)).toEqual(texts(2).map(vectorOf));
    expect(emulator.requests.length).toBe(1);
  });

  it("reads byte arrays of another realm, such as those of Jest's environment", async () => {
    const { embedder, emulator } = bench();
    const cache = new MemoryStore();
    await embedder({ cache }).embed(texts(2));
    for (const [key, value] of cache.entries) {
      const foreign = runInNewContext("Uint8Array.from(bytes)", { bytes: [...value] }) as Uint8Array;
      expect(foreign).not.toBeInstanceOf(Uint8Array);
      cache.entries.set(key, foreign);
    }
    const { vectors } = await embedder({ cache }).embed(texts(2));
    expect(plain(vectors)).toEqual(texts(2).map(vectorOf));
    expect(emulator.requests.length).toBe(1);
  });

  it.each([
    ["NaN", Float32Array.of(1, Number.NaN, 3, 4)],
    ["Infinity", Float32Array.of(1, 2, Number.NEGATIVE_INFINITY, 4)],
    ["another length than is set", Float32Array.of(1, 2, 3)],
    ["more dimensions than any model", new Float32Array(16_385).fill(1)],
  ])("treats an entry with %s as corrupt, and overwrites it", async (_, vector) => {
    const { embedder, events } = bench();
    const cache = new MemoryStore();
    await embedder({ cache }).embed(["a text"]);
    const [key] = [...cache.entries.keys()] as [string];
    const sound = cache.entries.get(key);
    cache.entries.set(key, encodeEntry(key, vector));
    const { vectors } = await embedder({ cache, dimensions: 4 }).embed(["a text"]);
    expect(plain(vectors)).toEqual([vectorOf("a text")]);
    expect(only(events, "cache-lookup").at(-1)).toMatchObject({ hits: 0, misses: 1, corrupt: 1 });
    expect(cache.entries.get(key)).toEqual(sound);
  });
});

describe("decodeEntry()", () => {
  it.each([undefined, null, 1, "TRv1", new ArrayBuffer(20), [84, 82, 118, 49], {}])(
    "returns undefined for %j, which is not a view of bytes",
    (entry) => {
      expect(decodeEntry("0".repeat(64), entry)).toBeUndefined();
    },
  );

  it("returns the longest encodable vector", () => {
    const key = "f".repeat(64);
    const vector = new Float32Array(16_384).fill(0.5);
    expect(decodeEntry(key, encodeEntry(key, vector))).toEqual(vector);
  });
});
