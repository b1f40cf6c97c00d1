import { describe, expect, it, vi } from "vitest";
import { embeddingModel, type Progress } from "../../../../src/index.js";
import { see } from "../../../support/error-message.js";
import { bench, EMBEDDING, only, rejection, texts } from "../../../support/emulate.js";
import { MemoryStore } from "../../../support/store.js";
import { pass, timed, useVirtualTime } from "../../../support/time.js";

/** Counts every character as a token. */
function countTokens(text: string): number {
  return text.length;
}

async function* streamed(list: readonly string[]): AsyncGenerator<string> {
  yield* list;
}

async function* slowly(list: readonly string[]): AsyncGenerator<string> {
  for (const text of list) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    yield text;
  }
}

describe("estimate()", () => {
  it("returns zeros for an empty list, and calls neither cache nor server", async () => {
    const { embedder, events, emulator } = bench();
    const cache = new MemoryStore();
    expect(await embedder({ cache }).estimate([])).toEqual({
      texts: 0,
      uniqueTexts: 0,
      cached: 0,
      tokens: 0,
      tokensAreEstimated: true,
      requests: 0,
      tooLong: [],
    });
    expect([events.length, cache.reads, emulator.requests.length]).toEqual([0, 0, 0]);
  });

  it("counts duplicates once, and tokens with the document prefix", async () => {
    const { embedder, emulator, events } = bench();
    const one = embedder({ countTokens, documentPrefix: "doc: ", batchSize: 2 });
    expect(await one.estimate(["a", "bb", "a", "ccc"])).toEqual({
      texts: 4,
      uniqueTexts: 3,
      cached: 0,
      tokens: 6 + 7 + 8,
      tokensAreEstimated: false,
      requests: 2,
      tooLong: [],
    });
    expect([emulator.requests.length, events.length]).toEqual([0, 0]);
  });

  it("leaves out cached texts, by the cache keys of embed()", async () => {
    const { embedder, emulator } = bench();
    const cache = new MemoryStore();
    const documentPrefix = "doc: ";
    await embedder({ cache, documentPrefix }).embed(["a", "bb"]);
    emulator.clear();
    const one = embedder({ cache, documentPrefix, countTokens });
    expect(await one.estimate(["a", "ccc", "a", "bb"])).toMatchObject({
      texts: 4,
      uniqueTexts: 3,
      cached: 2,
      tokens: 8,
      requests: 1,
    });
    expect(await embedder({ cache, countTokens }).estimate(["a"])).toMatchObject({ cached: 0, tokens: 1 });
    expect(emulator.requests.length).toBe(0);
  });

  it("does not count entries of the cache that are corrupt", async () => {
    const { embedder, events } = bench();
    const cache = new MemoryStore();
    await embedder({ cache }).embed(["a", "b"]);
    const [key] = cache.entries.keys();
    cache.entries.set(key as string, new Uint8Array(32));
    expect(await embedder({ cache }).estimate(["a", "b"])).toMatchObject({ cached: 1, requests: 1 });
    expect(only(events, "cache-lookup").at(-1)).toMatchObject({ hits: 1, misses: 1, corrupt: 1 });
  });

  it("counts nothing as cached if the cache fails, and reports the failure", async () => {
    const { embedder, events } = bench();
    const cache = { mget: () => Promise.reject(new Error("gone")), mset: () => Promise.resolve() };
    expect(await embedder({ cache }).estimate(["a"])).toMatchObject({ cached: 0, requests: 1 });
    expect(only(events, "cache-error")).toMatchObject([{ phase: "read" }]);
  });

  it("finds every text that is too long, duplicates and cached texts included", async () => {
    const { embedder, events } = bench();
    const cache = new MemoryStore();
    const long = "x".repeat(8);
    await embedder({ cache, documentPrefix: "doc: " }).embed([long]);
    events.length = 0;
    const one = embedder({ cache, countTokens, documentPrefix: "doc: ", maxInputTokens: 12 });
    const { tooLong, cached } = await one.estimate([long, "x".repeat(7), "y".repeat(9), long]);
    expect([tooLong, cached]).toEqual([[0, 2, 3], 1]);
    expect(events.map(({ type }) => type)).toEqual(["cache-lookup"]);
  });

  it("finds long texts by the limit of a known model, and none if the limit is unknown", async () => {
    const { embedder } = bench();
    const model = "BAAI/bge-base-en-v1.5";
    const list = ["x".repeat(512), "y".repeat(513)];
    expect(embeddingModel(model)?.maxInputTokens).toBe(512);
    expect((await embedder({ model, countTokens }).estimate(list)).tooLong).toEqual([1]);
    expect((await embedder({ countTokens }).estimate(list)).tooLong).toEqual([]);
  });

  it('reports long texts instead of rejecting them with `longText: "reject"`', async () => {
    const { embedder } = bench();
    const one = embedder({ longText: "reject", maxInputTokens: 2, countTokens });
    expect(await one.estimate(["a", "bbb"])).toMatchObject({ tooLong: [1], tokens: 4, requests: 1 });
  });

  it("estimates texts with unpaired surrogates as they are sent, without an event", async () => {
    const { embedder, events } = bench();
    expect(await embedder().estimate(["\ud83d", "\udc1d"])).toMatchObject({ texts: 2, uniqueTexts: 1 });
    expect(events).toEqual([]);
  });

  it("divides the texts that are sent among requests, not the whole list", async () => {
    const { embedder, emulator } = bench();
    const list = texts(4096);
    const plan = await embedder().estimate([...list, ...list]);
    await embedder().embed([...list, ...list]);
    expect([plan.requests, emulator.requests.length]).toEqual([16, 16]);
  });

  it("limits requests to the size that the server has accepted", async () => {
    const { embedder, emulator } = bench({ maxBatchTexts: 10 });
    const one = embedder({ batchSize: 64, maxConcurrency: 1 });
    const later = texts(300, "later");
    expect((await one.estimate(later)).requests).toBe(5);
    await one.embed(texts(64));
    expect((await one.estimate(later)).requests).toBe(38);
    emulator.clear();
    await one.embed(later);
    expect(emulator.requests.length).toBe(38);
  });

  it.each<[string, unknown, string, string]>([
    ["no array", "text", "texts", "the texts are not an array but a string; pass an array"],
    [
      "a blank text",
      ["a", " "],
      "2 texts",
      "the text at index 1 is blank; remove or replace it before calling",
    ],
    [
      "a number",
      ["a", 7],
      "2 texts",
      "the text at index 1 is not a string; remove or replace it before calling",
    ],
  ])("rejects %s as embed() does", async (_, list, what, problem) => {
    const { embedder } = bench();
    expect(await rejection(embedder().estimate(list as string[]))).toMatchObject({
      code: "invalid_input",
      message: `Cannot estimate ${what} with "${EMBEDDING}": ${problem}${see("invalid_input")}`,
    });
  });

  it("rejects a tokenizer that returns no number, and unknown options", async () => {
    const { embedder } = bench();
    const one = embedder({ countTokens: () => Number.NaN });
    expect(await rejection(one.estimate(["a"]))).toMatchObject({ code: "invalid_option", index: 0 });
    const options = { abortSignal: new AbortController().signal } as object;
    expect(await rejection(embedder().estimate(["a"], options))).toMatchObject({
      message: `Cannot estimate 1 text with "${EMBEDDING}": \`abortSignal\` is not an option; did you mean \`signal\`?${see("invalid_option")}`,
    });
  });

  it("reports its progress, and throws what the callback throws", async () => {
    const { embedder } = bench();
    const reports: Progress[] = [];
    const onProgress = (progress: Progress): void => void reports.push(progress);
    await embedder().estimate(["a", "a"], { onProgress });
    await embedder().estimate([], { onProgress });
    await embedder({ batchSize: 2 }).estimateStream(streamed(texts(3)), { onProgress });
    expect(reports).toEqual([2, 2, 3].map((done) => ({ done, total: done })));
    const fault = new Error("log");
    const failing = { onProgress: () => Promise.reject(fault) };
    expect(await rejection(embedder().estimate(["a"], failing))).toBe(fault);
    expect(await rejection(embedder().estimateStream(["a"], failing))).toBe(fault);
  });

  it("throws the reason of an abort, before the call or while the cache is read", async () => {
    const { embedder } = bench();
    const cache = { mget: () => new Promise<never>(() => {}), mset: () => Promise.resolve() };
    const countTokensSpy = vi.fn<typeof countTokens>(countTokens);
    const one = embedder({ cache, countTokens: countTokensSpy });
    expect(await rejection(one.estimate(["a"], { signal: AbortSignal.abort("early") }))).toBe("early");
    expect(countTokensSpy).not.toHaveBeenCalled();
    const controller = new AbortController();
    const running = rejection(one.estimate(["a"], { signal: controller.signal }));
    setImmediate(() => controller.abort("late"));
    expect(await running).toBe("late");
  });
});

describe("estimate() after a 429", () => {
  useVirtualTime();

  it.each([
    ["requests", "fewer", -1],
    ["tokens", "more", 1],
  ])("returns the number of requests for the server's limit of %s: %s", async (limitedBy, _, sign) => {
    const errorType = `dynamic_${limitedBy.slice(0, -1)}_limited`;
    const headers = { "x-ratelimit-reset": "1" };
    const { embedder } = bench({
      faults: ({ number }) => (number === 1 ? { status: 429, errorType, headers } : undefined),
    });
    const list = texts(8192);
    const before = await embedder().estimate(list);
    expect(before.requests).toBe(16);
    await timed(embedder().embed(["a"]));
    const after = await embedder().estimate(list);
    expect(Math.sign(after.requests - before.requests)).toBe(sign);
  });
});

describe("estimateStream()", () => {
  it("counts duplicates once per chunk, and names long texts by their index in the stream", async () => {
    const { embedder, emulator } = bench();
    const one = embedder({ batchSize: 2, countTokens, maxInputTokens: 2 });
    expect(await one.estimateStream(streamed(["a", "a", "bb", "a", "ccc"]))).toEqual({
      texts: 5,
      uniqueTexts: 4,
      cached: 0,
      tokens: 1 + 3 + 3,
      tokensAreEstimated: false,
      requests: 3,
      tooLong: [4],
    });
    expect(emulator.requests.length).toBe(0);
  });

  it("returns zeros for a source without texts", async () => {
    const { embedder } = bench();
    expect(await embedder().estimateStream(streamed([]))).toEqual(await embedder().estimate([]));
  });

  it("holds one chunk at a time", async () => {
    const { embedder } = bench();
    let read = 0;
    let counted = 0;
    let most = 0;
    function* source(): Generator<string> {
      for (; read < 10_000; read++) {
        most = Math.max(most, read - counted);
        yield `text ${read}`;
      }
    }
    const one = embedder({
      batchSize: 100,
      countTokens: () => {
        counted += 1;
        return 1;
      },
    });
    expect(await one.estimateStream(source())).toMatchObject({ texts: 10_000, requests: 100 });
    expect(most).toBeLessThan(100);
  });

  it("names a bad text by its index in the stream, and closes the source", async () => {
    const { embedder } = bench();
    const closed = vi.fn<() => void>();
    async function* source(): AsyncGenerator<string> {
      try {
        for (let index = 0; ; index++) yield index === 7 ? " " : `text ${index}`;
      } finally {
        closed();
      }
    }
    expect(await rejection(embedder({ batchSize: 4 }).estimateStream(source()))).toMatchObject({
      code: "invalid_input",
      index: 7,
      message: expect.stringMatching(/^Cannot estimate a stream with "me\/embedding": the text at index 7/),
    });
    expect(closed).toHaveBeenCalledOnce();
  });

  it("throws what the source throws, and rejects a value that is not a source", async () => {
    const { embedder } = bench();
    const fault = new Error("disk");
    async function* source(): AsyncGenerator<string> {
      yield "a";
      throw fault;
    }
    expect(await rejection(embedder().estimateStream(source()))).toBe(fault);
    expect(await rejection(embedder().estimateStream(7 as never))).toMatchObject({
      code: "invalid_input",
      message: `Cannot estimate a stream with "${EMBEDDING}": the source is not iterable; pass an array, a generator or a stream${see("invalid_input")}`,
    });
  });

  it("ends at once when it is aborted, although the source is pending", async () => {
    const { embedder } = bench();
    const controller = new AbortController();
    async function* source(): AsyncGenerator<string> {
      yield "a";
      setImmediate(() => controller.abort("stopped"));
      await new Promise(() => {});
    }
    const { signal } = controller;
    expect(await rejection(embedder().estimateStream(source(), { signal }))).toBe("stopped");
  });

  describe("estimateStream() with a source that pauses", () => {
    useVirtualTime();

    it("waits for full chunks", async () => {
      const { embedder } = bench();
      const estimate = embedder({ batchSize: 4 }).estimateStream(slowly(texts(8)));
      await pass(5000, 50);
      expect(await estimate).toMatchObject({ texts: 8, requests: 2 });
    });
  });
});
