import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { see } from "../../../support/error-message.js";
import { bench, plain, rejection, texts, vectorOf } from "../../../support/emulate.js";
import { breathe, pass, useVirtualTime } from "../../../support/time.js";
import type { Embedder, StreamedEmbedding } from "../../../../src/index.js";

async function collect(stream: AsyncIterable<StreamedEmbedding>): Promise<StreamedEmbedding[]> {
  const all: StreamedEmbedding[] = [];
  for await (const one of stream) all.push(one);
  return all;
}

/** A source that counts pulled items, and records whether it was closed. */
class Source implements Iterable<string>, Iterator<string> {
  pulled = 0;
  closed = 0;
  constructor(readonly length: number) {}
  [Symbol.iterator](): Iterator<string> {
    return this;
  }
  next(): IteratorResult<string> {
    if (this.pulled >= this.length) return { done: true, value: undefined };
    return { done: false, value: `text ${this.pulled++}` };
  }
  return(): IteratorResult<string> {
    this.closed += 1;
    return { done: true, value: undefined };
  }
}

/** Yields the texts among its steps and sleeps the milliseconds. */
async function* pausing(...steps: readonly (string | number)[]): AsyncGenerator<string> {
  for (const step of steps) {
    if (typeof step === "string") yield step;
    else await new Promise((resolve) => setTimeout(resolve, step));
  }
}

/** Reads all results, and returns after how many milliseconds each arrives. */
async function times(embedder: Embedder, source: AsyncIterable<string>): Promise<number[]> {
  const startedAt = performance.now();
  const seen: number[] = [];
  const reading = (async () => {
    for await (const _ of embedder.embedStream(source)) seen.push(performance.now() - startedAt);
  })();
  await pass(5000, 500);
  await reading;
  return seen;
}

describe("embedStream()", () => {
  it("yields one vector per text, in the order of the source, for responses in any order", async () => {
    const { embedder } = bench({ latency: ({ number }) => (number % 3) * 10 });
    const list = texts(100);
    const streamed = await collect(embedder({ batchSize: 7 }).embedStream(list));
    expect(streamed.map(({ index }) => index)).toEqual(list.map((_, index) => index));
    expect(plain(streamed.map(({ vector }) => vector))).toEqual(list.map(vectorOf));
  });

  it("accepts generators and async generators", async () => {
    const { embedder } = bench();
    const list = texts(10);
    function* sync(): Generator<string> {
      yield* list;
    }
    async function* later(): AsyncGenerator<string> {
      yield* list;
    }
    for (const source of [sync(), later()]) {
      const streamed = await collect(embedder({ batchSize: 3 }).embedStream(source));
      expect(plain(streamed.map(({ vector }) => vector))).toEqual(list.map(vectorOf));
    }
  });

  it("waits for promises of another realm no longer than for its own", async () => {
    const { embedder } = bench();
    const steps = texts(3)[Symbol.iterator]();
    const foreign = runInNewContext("Promise") as PromiseConstructor;
    const slow = (step: IteratorResult<string>): Promise<IteratorResult<string>> =>
      step.done ? new foreign<never>(() => {}) : foreign.resolve(step);
    const stream = embedder().embedStream({
      [Symbol.asyncIterator]: () => ({ next: () => slow(steps.next()) }),
    });
    for (const text of texts(3)) {
      const { value } = await stream.next();
      expect([...(value?.vector ?? [])]).toEqual(vectorOf(text));
    }
    await stream.return();
  });

  it("sends no request for an empty source", async () => {
    const { embedder, emulator } = bench();
    expect(await collect(embedder().embedStream([]))).toEqual([]);
    expect(emulator.requests.length).toBe(0);
  });

  it("reads no more ahead than it can send", async () => {
    const { embedder } = bench();
    const source = new Source(100_000);
    const stream = embedder({ batchSize: 5, maxConcurrency: 3 }).embedStream(source);
    let most = 0;
    let taken = 0;
    for await (const _ of stream) {
      taken += 1;
      await breathe(1);
      most = Math.max(most, source.pulled - taken);
      if (taken === 60) break;
    }
    // The chunk that is being yielded, and three in flight.
    expect(most).toBeLessThanOrEqual(4 * 5);
    expect(most).toBeGreaterThan(5);
  });

  it("reads nothing while no result is requested", async () => {
    const { embedder } = bench();
    const source = new Source(1000);
    const stream = embedder({ batchSize: 5, maxConcurrency: 2 }).embedStream(source);
    await stream.next();
    const { pulled } = source;
    // Two chunks: the yielded one was one of the two that may be in flight.
    expect(pulled).toBeLessThanOrEqual(10);
    await breathe(50);
    expect(source.pulled).toBe(pulled);
    await stream.return();
    expect(source.closed).toBe(1);
  });

  it("closes the source and aborts requests in flight when the loop ends early", async () => {
    const { embedder, emulator } = bench({ latency: ({ number }) => (number === 1 ? 0 : 5000) });
    const source = new Source(1000);
    for await (const { index } of embedder({ batchSize: 2 }).embedStream(source)) if (index === 1) break;
    await breathe();
    expect(source.closed).toBe(1);
    expect(emulator.inFlight).toBe(0);
  });

  it("names an invalid text by its index in the source, after all results before its chunk", async () => {
    const { embedder } = bench();
    const list = texts(50);
    list[33] = "  ";
    const seen: number[] = [];
    const error = await rejection(
      (async () => {
        for await (const { index } of embedder({ batchSize: 10 }).embedStream(list)) seen.push(index);
      })(),
    );
    expect(error).toMatchObject({ code: "invalid_input", index: 33 });
    expect(seen).toEqual(texts(30).map((_, index) => index));
  });

  it("reports repaired and over-long texts by their index in the source", async () => {
    const { embedder, events } = bench();
    const list = texts(25);
    list[13] = "half \ud83d";
    list[14] = "long ".repeat(50);
    await collect(embedder({ batchSize: 10, maxInputTokens: 40 }).embedStream(list));
    expect(events.filter(({ type }) => type === "text-sanitized" || type === "text-too-long")).toMatchObject([
      { type: "text-sanitized", indexes: [13] },
      { type: "text-too-long", indexes: [14] },
    ]);
  });

  it("throws what the source throws", async () => {
    const { embedder } = bench();
    const broken = new Error("the cursor is gone");
    function* source(): Generator<string> {
      yield* texts(5);
      throw broken;
    }
    expect(await rejection(collect(embedder({ batchSize: 2 }).embedStream(source())))).toBe(broken);
  });

  it("throws when a request fails after all retries, and closes the source", async () => {
    const { embedder, emulator } = bench({ faults: ["ok", { status: 401 }] });
    const source = new Source(1000);
    const error = await rejection(collect(embedder({ batchSize: 2, maxConcurrency: 1 }).embedStream(source)));
    expect(error).toMatchObject({ code: "unauthorized" });
    expect(source.closed).toBe(1);
    expect(emulator.inFlight).toBe(0);
  });

  it.each([["a text"], [null], [5], [{}]])("rejects %j, which is not a source of texts", async (source) => {
    const { embedder } = bench();
    const error = await rejection(collect(embedder().embedStream(source as never)));
    expect(error).toMatchObject({
      code: "invalid_input",
      message: `Cannot embed a stream with "me/embedding": the source is not iterable; pass an array, a generator or a stream${see("invalid_input")}`,
    });
  });

  it("reports progress before it yields", async () => {
    const { embedder } = bench();
    const progress: string[] = [];
    const stream = embedder({ batchSize: 4, maxConcurrency: 1 }).embedStream(texts(10), {
      onProgress: ({ done, total }) => progress.push(`${done}/${total}`),
    });
    await collect(stream);
    expect(progress.at(-1)).toBe("10/10");
    expect(progress.length).toBe(3);
  });
});

describe("embedStream() with a source that pauses", () => {
  useVirtualTime();

  it("waits for the first text", async () => {
    const { embedder } = bench();
    const [at] = await times(embedder(), pausing(1000, "late"));
    expect(at).toBeGreaterThanOrEqual(1000);
    expect(at).toBeLessThan(1200);
  });

  it("embeds the texts before a pause", async () => {
    const { embedder } = bench();
    const seen = await times(embedder(), pausing(...texts(3), 2000, "late"));
    expect(seen.length).toBe(4);
    expect(seen[2]).toBeLessThan(300);
    expect(seen[3]).toBeGreaterThanOrEqual(2000);
  });

  it("yields results as responses arrive, although the next chunk is not full", async () => {
    const { embedder, emulator } = bench({ latency: 50 });
    const source = pausing(...texts(4), 60, ...texts(2, "more"), 2000);
    const seen = await times(embedder({ batchSize: 4 }), source);
    expect(seen[3]).toBeLessThan(100);
    expect(seen[5]).toBeLessThan(400);
    expect(emulator.requests.map((request) => request.texts)).toEqual([4, 2]);
  });
});
