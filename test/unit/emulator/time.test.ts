import { describe, expect, it, vi } from "vitest";
import { useVirtualTime } from "../../support/time.js";
import { emulatorWith, errorOf } from "./support.js";

useVirtualTime();

/** Returns the milliseconds until each response, for requests that are sent concurrently. */
async function durations(responses: Promise<Response>[]): Promise<number[]> {
  const sentAt = performance.now();
  const measured = responses.map(async (response) => {
    await response;
    return Math.round(performance.now() - sentAt);
  });
  await vi.runAllTimersAsync();
  return Promise.all(measured);
}

describe("latency, workers and serviceTime", () => {
  it("responds without a timer by default", async () => {
    const { ask } = emulatorWith();
    const before = performance.now();
    await ask();
    expect(performance.now()).toBe(before);
  });

  it("delays each request by the latency", async () => {
    const { ask } = emulatorWith({ latency: 50 });
    expect(await durations([ask(), ask()])).toEqual([50, 50]);
  });

  it("keeps an odd latency whole", async () => {
    const { ask } = emulatorWith({ latency: 5 });
    expect(await durations([ask()])).toEqual([5]);
  });

  it("calls functions with the request", async () => {
    const { ask } = emulatorWith({ latency: ({ texts }) => 10 * texts, serviceTime: ({ tokens }) => tokens });
    expect(await durations([ask("x".repeat(400)), ask(["a", "b", "c"])])).toEqual([110, 33]);
  });

  it("queues requests while all workers are busy", async () => {
    const { ask } = emulatorWith({ workers: 2, serviceTime: 100, latency: 20 });
    expect(await durations([ask(), ask(), ask(), ask(), ask()])).toEqual([120, 120, 220, 220, 320]);
  });

  it("rejects with a 503 when the queue is full", async () => {
    const { ask } = emulatorWith({ workers: 1, serviceTime: 100, maxQueue: 1 });
    const responses = [ask(), ask(), ask()];
    expect(await durations(responses)).toEqual([100, 200, 0]);
    expect(await errorOf(responses[2] as Promise<Response>)).toMatchObject({
      status: 503,
      error: { type: "server_error" },
    });
  });

  it("releases the worker and the queue position of aborted requests", async () => {
    const { emulator, ask } = emulatorWith({ workers: 1, serviceTime: 100 });
    const [working, waiting] = [new AbortController(), new AbortController()];
    const given = [ask("1", {}, { signal: working.signal }), ask("2", {}, { signal: waiting.signal })].map(
      (response) => expect(response).rejects.toThrow("enough"),
    );
    const third = ask("3");
    await vi.advanceTimersByTimeAsync(50);
    waiting.abort(new Error("enough"));
    working.abort(new Error("enough"));
    expect(await durations([third])).toEqual([100]);
    await Promise.all(given);
    expect(emulator.requests.map(({ aborted, duration }) => [aborted, duration])).toEqual([
      [true, 50],
      [true, 50],
      [undefined, 150],
    ]);
  });
});

describe("request log", () => {
  it("contains a request as soon as it is sent, and adds the status with the response", async () => {
    const { emulator, ask } = emulatorWith({ latency: 40 });
    const response = ask(["one", "two"]);
    expect(emulator.inFlight).toBe(1);
    expect(emulator.requests).toMatchObject([
      {
        number: 1,
        method: "POST",
        origin: "https://api.together.ai",
        path: "/v1/embeddings",
        texts: 2,
        tokens: 2,
      },
    ]);
    expect(emulator.requests[0]).not.toHaveProperty("status");
    await vi.runAllTimersAsync();
    await response;
    expect(emulator.inFlight).toBe(0);
    expect(emulator.requests[0]).toMatchObject({
      status: 200,
      duration: 40,
      body: { input: ["one", "two"] },
    });
  });

  it("never contains the API key", async () => {
    const { emulator, ask } = emulatorWith();
    await ask("x", {}, { headers: { authorization: "Bearer sk-secret" } });
    expect(JSON.stringify(emulator.requests)).not.toContain("sk-secret");
  });

  it("totals requests that it no longer keeps, and can be cleared", async () => {
    const { emulator, ask } = emulatorWith({ keepRequests: 3, keepBodies: false });
    for (let round = 0; round < 20; round++) await ask(["a", "b"]);
    expect(emulator.totals).toEqual({ requests: 20, rejected: 0, texts: 40, tokens: 40 });
    expect(emulator.requests.length).toBeGreaterThanOrEqual(3);
    expect(emulator.requests.length).toBeLessThanOrEqual(6);
    expect(emulator.requests.at(-1)).toMatchObject({ number: 20, body: undefined });
    emulator.clear();
    expect(emulator.requests).toEqual([]);
    expect(emulator.totals).toEqual({ requests: 0, rejected: 0, texts: 0, tokens: 0 });
  });
});

describe("clockSkew option", () => {
  const now = new Date("2026-11-21T12:00:00.750Z");

  it.each([
    [undefined, "Sat, 21 Nov 2026 12:00:00 GMT"],
    [60_000, "Sat, 21 Nov 2026 12:01:00 GMT"],
    [-150_000, "Sat, 21 Nov 2026 11:57:30 GMT"],
  ])("adds %s ms to the date header of every response", async (clockSkew, date) => {
    vi.setSystemTime(now);
    const { ask } = emulatorWith({ ...(clockSkew && { clockSkew }), faults: ["ok", { status: 500 }] });
    expect([(await ask()).headers.get("date"), (await ask()).headers.get("date")]).toEqual([date, date]);
  });

  it("leaves the log on the real clock", async () => {
    vi.setSystemTime(now);
    const { emulator, ask } = emulatorWith({ clockSkew: 60_000 });
    await ask();
    expect(emulator.requests[0]?.time).toBe(now.getTime());
  });

  it("leaves a date header that a fault sets", async () => {
    const { ask } = emulatorWith({ faults: [{ headers: { date: "yesterday" } }] });
    expect((await ask()).headers.get("date")).toBe("yesterday");
  });
});
