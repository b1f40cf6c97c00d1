import { getEventListeners } from "node:events";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { EmulatorOptions } from "../../../src/emulator/index.js";
import { onAbort, sleep } from "../../../src/core/abort.js";
import { bench, rejection, texts, type Bench } from "../../support/emulate.js";
import { breathe, pass, useVirtualTime } from "../../support/time.js";

useVirtualTime();

const unhandled = vi.fn<(reason: unknown) => void>();
const warnings = vi.fn<(warning: Error) => void>();
beforeAll(() => {
  process.on("unhandledRejection", unhandled);
  process.on("warning", warnings);
});
afterAll(() => {
  process.off("unhandledRejection", unhandled);
  process.off("warning", warnings);
});

type Call = (bench: Bench, signal: AbortSignal) => Promise<unknown>;

const calls: Record<string, Call> = {
  "embed()": ({ embedder }, signal) => embedder({ batchSize: 2 }).embed(texts(40), { signal }),
  "embedQuery()": ({ embedder }, signal) => embedder().embedQuery("a question", { signal }),
  "embedStream()": async ({ embedder }, signal) => {
    for await (const { index } of embedder({ batchSize: 2 }).embedStream(texts(40), { signal })) {
      if (index > 1000) break;
    }
  },
  "rank()": ({ reranker }, signal) =>
    reranker({ batchSize: 10 }).rerank("a question", texts(40), String, { signal }),
};

/** The state of a request at the abort. */
const states: Record<string, EmulatorOptions> = {
  "with a request in flight": { latency: 60_000 },
  "without a response": { faults: () => "hang" },
  "while half a body is read": { faults: () => "endless" },
  "while the body of a 400 is read": { faults: () => ({ status: 400, bodyDuration: 50_000 }) },
  "in the delay after a 429": { faults: () => ({ status: 429, headers: { "x-ratelimit-reset": "60" } }) },
  "in a backoff": { faults: () => ({ status: 503, headers: { "retry-after": "60" } }) },
};

const everywhere = Object.keys(calls).flatMap((call) => Object.keys(states).map((state) => [call, state]));

describe("abort signal", () => {
  it.each(everywhere)(
    "ends %s %s at once, with the signal's reason, and leaves no request or timer",
    async (call, state) => {
      const own = bench(states[state]);
      const controller = new AbortController();
      const failed = rejection((calls[call] as Call)(own, controller.signal));
      let settled = false;
      void failed.then(() => (settled = true));
      await pass(5000);
      expect(settled).toBe(false);
      const reason = { mine: true };
      controller.abort(reason);
      await breathe();
      expect(settled).toBe(true);
      expect(await failed).toBe(reason);
      expect(own.emulator.inFlight).toBe(0);
      expect(vi.getTimerCount()).toBe(0);
      const { length } = own.emulator.requests;
      await pass(200_000);
      expect(own.emulator.requests.length).toBe(length);
    },
  );

  it.each(Object.keys(calls))("ends %s that waits for a permit, and no other call", async (call) => {
    const own = bench({ latency: ({ texts: amount }) => (amount === 1 ? 1000 : 0) });
    // They use all of maxConcurrency.
    const before = texts(2, "slow").map((text) => own.embedder({ maxConcurrency: 2 }).embed([text]));
    const others = own.reranker({ maxConcurrency: 1 }).rerank("q", ["1"], String);
    await pass(10);
    const controller = new AbortController();
    const crowded: Bench = {
      ...own,
      embedder: (options) => own.embedder({ ...options, maxConcurrency: 2 }),
      reranker: (options) => own.reranker({ ...options, maxConcurrency: 1 }),
    };
    const failed = rejection((calls[call] as Call)(crowded, controller.signal));
    await pass(500);
    controller.abort("enough");
    expect(await failed).toBe("enough");
    expect(own.emulator.requests.length).toBe(3);
    await pass(2000);
    await Promise.all([...before, others]);
    expect(own.emulator.requests.length).toBe(3);
  });

  it.each(Object.keys(calls))("prevents the first request of %s if it is aborted already", async (call) => {
    const own = bench();
    expect(await rejection((calls[call] as Call)(own, AbortSignal.abort("before")))).toBe("before");
    expect(own.emulator.requests.length).toBe(0);
  });

  it.each(Object.keys(calls))("ends %s from within its own first event", async (call) => {
    const controller = new AbortController();
    const own = bench({ latency: 1000 });
    const onEvent = (): void => controller.abort("from the listener");
    const eager: Bench = {
      ...own,
      embedder: (options) => own.embedder({ ...options, onEvent }),
      reranker: (options) => own.reranker({ ...options, onEvent }),
    };
    expect(await rejection((calls[call] as Call)(eager, controller.signal))).toBe("from the listener");
    expect(own.emulator.inFlight).toBe(0);
  });

  it("ends a stream whose source is pending, and closes the source", async () => {
    const { embedder } = bench();
    let returned = 0;
    const source: AsyncIterable<string> = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<never>(() => {}),
        return: async () => {
          returned += 1;
          return { done: true, value: undefined };
        },
      }),
    };
    const controller = new AbortController();
    const stream = embedder().embedStream(source, { signal: controller.signal });
    const failed = rejection(stream.next());
    await pass(1000);
    controller.abort("enough");
    expect(await failed).toBe("enough");
    expect(returned).toBe(1);
  });

  it("ends all hundred calls that share it, with one listener", async () => {
    const own = bench({ latency: 60_000 });
    const controller = new AbortController();
    const { signal } = controller;
    const failures = Array.from({ length: 25 }).flatMap(() =>
      Object.values(calls).map((call) => rejection(call(own, signal))),
    );
    await pass(1000);
    expect(getEventListeners(signal, "abort").length).toBe(1);
    controller.abort("enough");
    expect(await Promise.all(failures)).toEqual(Array(100).fill("enough"));
    await breathe();
    expect(own.emulator.inFlight).toBe(0);
  });

  it("ends a call whose fetch ignores the signal", async () => {
    const { embedder } = bench();
    const controller = new AbortController();
    const waiting: ((response: Response) => void)[] = [];
    const fetch = (): Promise<Response> => new Promise((resolve) => void waiting.push(resolve));
    const failed = rejection(embedder({ fetch }).embed(["a"], { signal: controller.signal }));
    await pass(1000);
    controller.abort("enough");
    expect(await failed).toBe("enough");
    waiting[0]?.(new Response("{}"));
    await breathe();
  });

  it("ends a call whose body ignores the signal, and cancels the body", async () => {
    const cancel = vi.fn<() => void>();
    const body = new ReadableStream<Uint8Array>({ cancel });
    const { embedder } = bench();
    const controller = new AbortController();
    const failed = rejection(
      embedder({ fetch: async () => new Response(body) }).embed(["a"], { signal: controller.signal }),
    );
    await pass(1000);
    controller.abort("enough");
    expect(await failed).toBe("enough");
    expect(cancel).toHaveBeenCalledTimes(1);
  });

  it("ends every call without an unhandled rejection or a warning of too many listeners", async () => {
    await breathe(20);
    expect(unhandled.mock.calls).toEqual([]);
    const names = warnings.mock.calls.map(([{ name }]) => name);
    expect(names).not.toContain("MaxListenersExceededWarning");
  });
});

describe("abort reason", () => {
  it("has no effect after the call has ended", async () => {
    const { embedder } = bench();
    const controller = new AbortController();
    const { vectors } = await embedder().embed(["a"], { signal: controller.signal });
    controller.abort();
    expect(vectors.length).toBe(1);
  });

  it("is an AbortError by default, and a TimeoutError for a timeout", async () => {
    const { embedder } = bench({ latency: 60_000 });
    const controller = new AbortController();
    const failed = rejection(embedder().embed(["a"], { signal: controller.signal }));
    controller.abort();
    expect(await failed).toMatchObject({ name: "AbortError" });
    const late = AbortSignal.timeout(1);
    expect(await rejection(embedder().embed(["a"], { signal: late }))).toMatchObject({
      name: "TimeoutError",
    });
  });

  it("ends a ranking with `original-order` too, even if it is a TogetherError", async () => {
    const own = bench({ faults: [{ status: 401 }, "hang"] });
    const reason = await rejection(own.reranker().rerank("q", ["1"], String));
    expect(reason).toMatchObject({ code: "unauthorized" });
    const controller = new AbortController();
    const ranked = own.reranker({ fallback: "original-order" }).rerank("q", ["1"], String, controller);
    const failed = rejection(ranked);
    await pass(100);
    controller.abort(reason);
    expect(await failed).toBe(reason);
    expect(own.events.filter(({ type }) => type === "rerank-fallback")).toEqual([]);
  });
});

describe("onProgress", () => {
  it.each(Object.keys(calls))("ends %s when it throws", async (call) => {
    if (call === "embedQuery()") return;
    const own = bench({ latency: ({ number }) => (number === 1 ? 10 : 60_000) });
    const mistake = new Error("a mistake in the listener");
    const onProgress = (): never => {
      throw mistake;
    };
    const list = texts(40);
    const run = async (): Promise<unknown> => {
      if (call === "embed()") return own.embedder({ batchSize: 2 }).embed(list, { onProgress });
      if (call === "rank()") return own.reranker({ batchSize: 10 }).rerank("q", list, String, { onProgress });
      return own.embedder({ batchSize: 2 }).embedStream(list, { onProgress }).next();
    };
    const failed = rejection(run());
    await pass(1000);
    expect(await failed).toBe(mistake);
    await breathe();
    expect(own.emulator.inFlight).toBe(0);
  });
});

describe("onAbort()", () => {
  it("calls the listeners of an aborted signal, and none that has been removed", () => {
    const controller = new AbortController();
    const [staying, leaving] = [vi.fn<() => void>(), vi.fn<() => void>()];
    onAbort(controller.signal, staying);
    const leave = onAbort(controller.signal, leaving);
    leave();
    controller.abort();
    expect(staying).toHaveBeenCalledTimes(1);
    expect(leaving).not.toHaveBeenCalled();
  });

  it("calls the listener at once if the signal is aborted already", () => {
    const called = vi.fn<() => void>();
    onAbort(AbortSignal.abort(), called);
    expect(called).toHaveBeenCalledTimes(1);
  });
});

describe("sleep()", () => {
  it("ends when its time is over, and not earlier", async () => {
    let over = false;
    const sleeping = sleep(1000, new AbortController().signal).then(() => (over = true));
    await pass(999);
    expect(over).toBe(false);
    await pass(1);
    expect(await sleeping).toBe(true);
  });

  it.each([
    ["for 0 ms", 0, new AbortController().signal],
    ["for a negative delay", -1, new AbortController().signal],
    ["after an abort", 1000, AbortSignal.abort("before")],
  ])("sets no timer %s", async (_, ms, signal) => {
    const sleeping = sleep(ms, signal);
    expect(vi.getTimerCount()).toBe(0);
    await sleeping;
  });
});
