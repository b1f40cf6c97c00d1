import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createEmulator } from "../../../src/emulator/index.js";
import { TogetherReranker } from "../../../src/langchain/index.js";
import { bench, KEY, rejection, RERANK, texts, type Bench } from "../../support/emulate.js";
import { breathe } from "../../support/time.js";

const mistake = new Error("a mistake in a callback");
const rejects = async (): Promise<never> => {
  await breathe(1);
  throw mistake;
};
/** A promise of another realm. */
const foreign = runInNewContext("(reason) => Promise.reject(reason)") as (reason: Error) => Promise<never>;
const rejectsForeign = (): Promise<never> => foreign(mistake);

const never = (): Promise<void> => new Promise(() => {});

const unhandled: unknown[] = [];
const record = (reason: unknown): void => void unhandled.push(reason);

beforeEach(() => void process.on("unhandledRejection", record));
afterEach(async () => {
  await breathe();
  process.off("unhandledRejection", record);
  const [reason] = unhandled.splice(0);
  if (reason !== undefined) throw new Error("a rejection was not handled", { cause: reason });
});

async function drain(stream: AsyncIterable<unknown>): Promise<number> {
  let amount = 0;
  for await (const _ of stream) amount += 1;
  return amount;
}

describe("onEvent", () => {
  it.each([
    ["an async function", rejects],
    ["a function with a promise of another realm", rejectsForeign],
  ])("is ignored if it rejects: %s", async (_, onEvent) => {
    const { embedder, reranker } = bench();
    const { vectors } = await embedder({ onEvent: onEvent as () => void }).embed(texts(3));
    expect(vectors.length).toBe(3);
    expect(await reranker({ onEvent: onEvent as () => void }).rerank("q", ["1"])).toHaveLength(1);
  });
});

describe("onProgress", () => {
  type Progressing = (server: Bench, onProgress: () => void) => Promise<unknown>;
  const calls: [string, Progressing][] = [
    ["embed()", ({ embedder }, onProgress) => embedder({ batchSize: 1 }).embed(texts(3), { onProgress })],
    ["embedQuery()", ({ embedder }, onProgress) => embedder().embedQuery("q", { onProgress })],
    ["embedStream()", ({ embedder }, onProgress) => drain(embedder().embedStream(texts(3), { onProgress }))],
    ["rerank()", ({ reranker }, onProgress) => reranker().rerank("q", ["1"], String, { onProgress })],
  ];

  it("ends the job when a report fails, before the other texts are sent", async () => {
    const { embedder, emulator } = bench({ latency: 5 });
    const options = { onProgress: rejects as () => void };
    const call = embedder({ batchSize: 1, maxConcurrency: 1 }).embed(texts(40), options);
    expect(await rejection(call)).toBe(mistake);
    expect(emulator.requests.length).toBeLessThan(20);
  });

  it.each(calls)("fails %s with the reason of its rejection", async (_, call) => {
    expect(await rejection(call(bench(), rejects as () => void))).toBe(mistake);
    expect(await rejection(call(bench(), rejectsForeign as () => void))).toBe(mistake);
  });

  it.each(calls)("delays %s until its promise settles, and ignores its value", async (_, call) => {
    let done = 0;
    const onProgress = async (): Promise<number> => {
      await breathe(1);
      return (done += 1);
    };
    await call(bench(), onProgress as unknown as () => void);
    expect(done).toBeGreaterThan(0);
  });

  it("ends with the signal if its promise never settles", async () => {
    const { embedder } = bench();
    const controller = new AbortController();
    const pending = rejection(
      embedder().embed(["a"], {
        onProgress: never as () => void,
        signal: controller.signal,
      }),
    );
    await breathe();
    controller.abort("stop");
    expect(await pending).toBe("stop");
  });
});

describe("callbacks that must return a value", () => {
  it("rejects a promise of `countTokens`", async () => {
    const { embedder, emulator } = bench();
    const error = await rejection(embedder({ countTokens: rejects as never }).embed(texts(3)));
    expect(error).toMatchObject({ code: "invalid_option", index: 0 });
    expect((error as Error).message).toContain("`countTokens` returned no number");
    expect(emulator.requests.length).toBe(0);
  });

  it("rejects a promise of `documentText`", async () => {
    const { fetch, requests } = createEmulator();
    const options = { model: RERANK, apiKey: KEY, fetch, documentText: rejects as never };
    const documents = [{ pageContent: "1", metadata: {} }];
    const error = await rejection(new TogetherReranker(options).compressDocuments(documents, "q"));
    expect(error).toMatchObject({ code: "invalid_option", index: 0 });
    expect((error as Error).message).toContain("`documentText` returned a promise");
    expect(requests.length).toBe(0);
  });
});
