import { afterEach, describe, expect, it, vi } from "vitest";
import { Clock } from "../../../../src/core/rate-limit/clock.js";
import { Embedder, type TogetherEvent } from "../../../../src/index.js";
import { only, texts } from "../../../support/emulate.js";
import { embeddingsBody, freshKey } from "../../../support/wire.js";

type Faked = NonNullable<Parameters<typeof vi.useFakeTimers>[0]>;
const realImmediate = setImmediate;

const FAKES: [string, Faked][] = [
  ["everything that Vitest fakes", {}],
  ["setTimeout, performance and Date", { toFake: ["setTimeout", "clearTimeout", "performance", "Date"] }],
  ["setTimeout and Date, but not performance", { toFake: ["setTimeout", "clearTimeout", "Date"] }],
  ["performance, but not setTimeout", { toFake: ["performance"] }],
  ["Date alone", { toFake: ["Date"] }],
];

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Waits for a promise in turns of the real event loop, without a timer. */
async function withinTurns<Value>(promise: Promise<Value>, turns = 3000): Promise<Value> {
  const settled: true[] = [];
  const settle = (): void => void settled.push(true);
  promise.then(settle, settle);
  for (let turn = 0; turn < turns && settled.length === 0; turn++) {
    await new Promise<void>((resolve) => void realImmediate(resolve));
  }
  expect(settled).toEqual([true]);
  return promise;
}

function embedder(responses: Response[] = []): {
  embed: (amount: number) => Promise<number>;
  events: TogetherEvent[];
} {
  const events: TogetherEvent[] = [];
  const fetch = async (_: unknown, init?: { body?: unknown }): Promise<Response> => {
    const { input } = JSON.parse(String(init?.body)) as { input: string[] };
    return responses.shift() ?? Response.json(embeddingsBody(input.length));
  };
  const onEvent = (event: TogetherEvent): void => void events.push(event);
  const made = new Embedder({ model: "m", apiKey: freshKey(), fetch, batchSize: 1, onEvent });
  return { events, embed: async (amount) => (await made.embed(texts(amount))).vectors.length };
}

function rateLimited(seconds: number): Response {
  return Response.json(
    { error: { message: "slow down" } },
    { status: 429, headers: { "retry-after": String(seconds) } },
  );
}

describe.each(FAKES)("rate limiter when a test fakes %s", (_, faked) => {
  it("sends 40 requests at once after a call in real time", async () => {
    const { embed } = embedder();
    expect(await embed(40)).toBe(40);
    vi.useFakeTimers(faked);
    expect(await withinTurns(embed(40))).toBe(40);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("sends 40 requests at once in real time after a call under fake timers, an hour ahead", async () => {
    const { embed } = embedder();
    vi.useFakeTimers(faked);
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(await withinTurns(embed(40))).toBe(40);
    vi.useRealTimers();
    expect(await withinTurns(embed(40))).toBe(40);
  });
});

describe("rate limiter under fake timers", () => {
  it("does not wait in real time for a reset that a server named under fake timers", async () => {
    const { embed } = embedder([rateLimited(15)]);
    vi.useFakeTimers();
    const limited = embed(1);
    await vi.advanceTimersByTimeAsync(10);
    vi.useRealTimers();
    expect(await withinTurns(embed(1))).toBe(1);
    void limited;
  });

  it.each(FAKES.slice(0, 3))("resumes after a reset of 5 s when 6 s are advanced of %s", async (_, faked) => {
    const { embed, events } = embedder([rateLimited(5)]);
    vi.useFakeTimers(faked);
    const call = embed(1);
    await vi.advanceTimersByTimeAsync(4000);
    expect(only(events, "request").length).toBe(1);
    await vi.advanceTimersByTimeAsync(2000);
    expect(await withinTurns(call)).toBe(1);
  });

  it("resumes after a reset when `performance` is constant and setTimeout is real", async () => {
    const { embed } = embedder([rateLimited(0.02)]);
    vi.useFakeTimers({ toFake: ["performance"] });
    expect(await embed(1)).toBe(1);
  });

  it("ends a call in flight when the clock goes back", async () => {
    const { embed } = embedder();
    vi.useFakeTimers();
    await vi.advanceTimersByTimeAsync(3_600_000);
    const call = embed(40);
    vi.useRealTimers();
    expect(await withinTurns(call)).toBe(40);
  });

  it("keeps its state while the clock only advances", async () => {
    const { embed, events } = embedder([rateLimited(1)]);
    vi.useFakeTimers();
    const first = embed(1);
    await vi.advanceTimersByTimeAsync(2000);
    await first;
    await vi.advanceTimersByTimeAsync(5000);
    await withinTurns(embed(1));
    expect(only(events, "request").map(({ request }) => request)).toEqual([1, 2, 3]);
  });
});

describe("Clock", () => {
  it("never goes back, and advances as `performance` does", () => {
    const now = vi.spyOn(performance, "now").mockReturnValue(5000);
    const clock = new Clock();
    const times = [5000, 5010, 0, 7, 6, 1000].map((time) => {
      now.mockReturnValue(time);
      return clock.now();
    });
    expect(times).toEqual([5000, 5010, 5010, 5017, 5017, 6011]);
    expect(clock.wasReplaced).toBe(true);
  });

  it("reaches the time of a timer that fires before `performance` does, and no later time", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const now = vi.spyOn(performance, "now").mockReturnValue(100);
    const clock = new Clock();
    const called: number[] = [];
    clock.callAt(150.5, () => called.push(clock.now()));
    await vi.advanceTimersByTimeAsync(50);
    expect(called).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    clock.callAt(120, () => called.push(clock.now()));
    now.mockReturnValue(110);
    await vi.advanceTimersByTimeAsync(1);
    expect(called).toEqual([150.5, 160.5]);
    expect(clock.wasReplaced).toBe(false);
  });

  it("fires early for a time beyond a timer's range", async () => {
    vi.useFakeTimers();
    const clock = new Clock();
    const callback = vi.fn<() => void>();
    clock.callAt(2 ** 33, callback);
    await vi.advanceTimersByTimeAsync(2 ** 31 - 2);
    expect(callback).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect([callback.mock.calls.length, clock.now()]).toEqual([1, 2 ** 31 - 1]);
  });
});
