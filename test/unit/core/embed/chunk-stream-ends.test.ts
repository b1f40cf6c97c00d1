import { describe, expect, it } from "vitest";
import { bench, rejection, texts } from "../../../support/emulate.js";
import { breathe } from "../../../support/time.js";

const enough = new Error("enough");

/** A source without an end, with its own clean-up. */
function endless(cleanUp: () => Promise<IteratorResult<string>>): AsyncIterable<string> {
  let read = 0;
  return {
    [Symbol.asyncIterator]: () => ({
      next: async () => ({ done: false, value: `text ${read++}` }),
      return: cleanUp,
    }),
  };
}

describe("aborted stream", () => {
  it("yields no further vector, even if one has arrived", async () => {
    const { embedder } = bench();
    const controller = new AbortController();
    const stream = embedder({ batchSize: 10 }).embedStream(texts(100), { signal: controller.signal });
    await stream.next();
    controller.abort(enough);
    expect(await rejection(stream.next())).toBe(enough);
  });

  it("ends if its source aborts it and then hangs", async () => {
    const { embedder } = bench();
    const controller = new AbortController();
    async function* source(): AsyncGenerator<string> {
      controller.abort(enough);
      yield await new Promise<never>(() => {});
    }
    const stream = embedder().embedStream(source(), { signal: controller.signal });
    expect(await rejection(stream.next())).toBe(enough);
  });

  it("does not wait for a source whose clean-up hangs", async () => {
    const { embedder } = bench({ faults: () => "hang" });
    const controller = new AbortController();
    const source = endless(() => new Promise<never>(() => {}));
    const stream = embedder({ maxConcurrency: 1 }).embedStream(source, { signal: controller.signal });
    const first = rejection(stream.next());
    controller.abort(enough);
    expect(await first).toBe(enough);
  });

  it("ends while it waits for the clean-up of its source", async () => {
    const { embedder } = bench();
    const controller = new AbortController();
    const source = endless(() => new Promise<never>(() => {}));
    const stream = embedder({ maxConcurrency: 1 }).embedStream(source, { signal: controller.signal });
    await stream.next();
    const left = rejection(stream.return());
    await breathe();
    controller.abort(enough);
    expect(await left).toBe(enough);
  });
});

describe("failed stream", () => {
  it("throws its own error, even if the clean-up of its source throws too", async () => {
    const { embedder } = bench({ faults: () => ({ status: 401 }) });
    const source = endless(() => Promise.reject(new Error("the clean-up failed")));
    const stream = embedder({ maxConcurrency: 1 }).embedStream(source);
    expect(await rejection(stream.next())).toMatchObject({ code: "unauthorized" });
  });

  it("throws the error of its source's clean-up if nothing else failed", async () => {
    const { embedder } = bench();
    const source = endless(() => Promise.reject(enough));
    const stream = embedder({ maxConcurrency: 1 }).embedStream(source);
    await stream.next();
    expect(await rejection(stream.return())).toBe(enough);
  });
});
