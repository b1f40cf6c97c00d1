import { describe, expect, it } from "vitest";
import { bench, rejection, texts } from "../../../support/emulate.js";
import { breathe } from "../../../support/time.js";

const enough = new Error("enough");

/** A source without an end, with a clean-up of its own. */
function endless(cleanUp: () => Promise<IteratorResult<string>>): AsyncIterable<string> {
  let read = 0;
  return {
    [Symbol.asyncIterator]: () => ({
      next: async () => ({ done: false, value: `text ${read++}` }),
      return: cleanUp,
    }),
  };
}

describe("a stream that is aborted", () => {
  it("gives nothing more, not even what has already come", async () => {
    const { embedder } = bench();
    const controller = new AbortController();
    const stream = embedder({ batchSize: 10 }).embedStream(texts(100), { signal: controller.signal });
    await stream.next();
    controller.abort(enough);
    expect(await rejection(stream.next())).toBe(enough);
  });

  it("inside of its source, which then hangs, ends all the same", async () => {
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

  it("ends while it waits for that clean-up, too", async () => {
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

describe("a stream that fails", () => {
  it("says so, whatever its source's clean-up throws besides", async () => {
    const { embedder } = bench({ faults: () => ({ status: 401 }) });
    const source = endless(() => Promise.reject(new Error("the clean-up failed")));
    const stream = embedder({ maxConcurrency: 1 }).embedStream(source);
    expect(await rejection(stream.next())).toMatchObject({ code: "unauthorized" });
  });

  it("in its clean-up alone says that", async () => {
    const { embedder } = bench();
    const source = endless(() => Promise.reject(enough));
    const stream = embedder({ maxConcurrency: 1 }).embedStream(source);
    await stream.next();
    expect(await rejection(stream.return())).toBe(enough);
  });
});
