import { describe, expect, it, vi } from "vitest";
import { useVirtualTime } from "../../support/time.js";
import { UNIT, emulatorWith, errorOf } from "./support.js";

useVirtualTime();

describe("queueFull option", () => {
  it("rejects with its status and headers instead of a 503", async () => {
    const queueFull = { status: 429, headers: { "retry-after": "2" } };
    const { ask } = emulatorWith({ workers: 1, serviceTime: 100, maxQueue: 0, queueFull });
    const first = ask();
    const second = await ask();
    expect([second.status, second.headers.get("retry-after")]).toEqual([429, "2"]);
    await vi.runAllTimersAsync();
    expect((await first).status).toBe(200);
  });

  it("loses the connection with a fault of that name", async () => {
    const { ask } = emulatorWith({ workers: 1, serviceTime: 100, maxQueue: 0, queueFull: "reset" });
    const first = ask();
    await expect(ask()).rejects.toMatchObject({ cause: { code: "ECONNRESET" } });
    await vi.runAllTimersAsync();
    expect((await first).status).toBe(200);
  });

  it("has no effect on a request that a worker takes at once", async () => {
    const { ask } = emulatorWith({ workers: 1, maxQueue: 0, queueFull: { status: 429 } });
    expect([(await ask()).status, (await ask()).status]).toEqual([200, 200]);
  });

  it("applies the fault of a request before it checks the queue", async () => {
    const { ask } = emulatorWith({
      workers: 1,
      serviceTime: 100,
      maxQueue: 0,
      faults: ["ok", { status: 500 }],
    });
    const first = ask();
    expect((await errorOf(ask())).status).toBe(500);
    await vi.runAllTimersAsync();
    expect((await first).status).toBe(200);
  });
});

describe("outages option", () => {
  it("rejects requests from the start of each outage until its end, in milliseconds since the creation", async () => {
    const { ask } = emulatorWith({
      outages: [
        { from: 100, to: 200 },
        { from: 300, to: 400, fault: { status: 502 } },
      ],
    });
    const statuses: Record<number, number> = {};
    for (let now = 0; now <= 400; now += 1) {
      if (now % 100 === 0 || now % 100 === 99) statuses[now] = (await ask()).status;
      await vi.advanceTimersByTimeAsync(1);
    }
    expect(statuses).toEqual({
      0: 200,
      99: 200,
      100: 503,
      199: 503,
      200: 200,
      299: 200,
      300: 502,
      399: 502,
      400: 200,
    });
  });

  it("loses connections, or returns an HTML page with status 200", async () => {
    const { emulator, ask } = emulatorWith({ outages: [{ from: 0, to: 10, fault: "reset" }] });
    await expect(ask()).rejects.toMatchObject({ cause: { code: "ECONNRESET" } });
    emulator.setOutages([{ from: 0, to: 10, fault: "html" }]);
    const response = await ask();
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/html"]);
  });

  it("never responds to a hanging request, also after the outage", async () => {
    const { ask } = emulatorWith({ outages: [{ from: 0, to: 10, fault: "hang" }] });
    const controller = new AbortController();
    const hanging = ask("text", {}, { signal: controller.signal });
    hanging.catch(() => {});
    await vi.advanceTimersByTimeAsync(60_000);
    expect((await ask()).status).toBe(200);
    controller.abort(new Error("enough"));
    await expect(hanging).rejects.toThrow("enough");
  });

  it("applies to requests that arrive during the outage, after half of their latency", async () => {
    const { ask } = emulatorWith({ latency: 100, outages: [{ from: 50, to: 100 }] });
    const sent = [ask()];
    await vi.advanceTimersByTimeAsync(49);
    sent.push(ask());
    await vi.advanceTimersByTimeAsync(1);
    sent.push(ask());
    await vi.runAllTimersAsync();
    expect((await Promise.all(sent)).map(({ status }) => status)).toEqual([503, 503, 200]);
  });

  it("counts the times of setOutages from the call, and ends an outage with an empty list", async () => {
    const { emulator, ask } = emulatorWith();
    await vi.advanceTimersByTimeAsync(500);
    emulator.setOutages([{ from: 100, to: 200 }]);
    await vi.advanceTimersByTimeAsync(100);
    expect((await ask()).status).toBe(503);
    emulator.setOutages([{ from: 0, to: Infinity }]);
    await vi.advanceTimersByTimeAsync(1e6);
    expect((await ask()).status).toBe(503);
    emulator.setOutages([]);
    expect((await ask()).status).toBe(200);
  });

  it("uses up neither the rate limit nor a list of faults, and logs the fault", async () => {
    const { emulator, ask } = emulatorWith({
      limits: { requestsPerSecond: 1, burst: 1 },
      faults: [{ status: 500 }],
      outages: [{ from: 0, to: 10, fault: { status: 504 } }],
    });
    expect([(await ask()).status, (await ask()).status]).toEqual([504, 504]);
    emulator.setOutages([]);
    expect([(await ask()).status, (await ask()).status]).toEqual([500, 429]);
    expect(emulator.requests.map(({ fault }) => fault)).toEqual([
      { status: 504 },
      { status: 504 },
      { status: 500 },
      undefined,
    ]);
  });
});

describe("coldStart option", () => {
  it("rejects with a 503 until its duration after the first request has passed", async () => {
    const { emulator, ask } = emulatorWith({ coldStart: { duration: 8_000 } });
    await vi.advanceTimersByTimeAsync(20_000);
    expect((await ask()).status).toBe(503);
    await vi.advanceTimersByTimeAsync(7_999);
    expect((await ask()).status).toBe(503);
    await vi.advanceTimersByTimeAsync(1);
    expect((await ask()).status).toBe(200);
    expect(emulator.requests.map(({ fault }) => fault)).toEqual([
      { status: 503 },
      { status: 503 },
      undefined,
    ]);
  });

  it("starts each model with its own first request", async () => {
    const { ask } = emulatorWith({ coldStart: { duration: 100 } });
    await ask();
    await vi.advanceTimersByTimeAsync(100);
    expect((await ask("text", { model: UNIT })).status).toBe(503);
    expect((await ask()).status).toBe(200);
  });

  it("rejects with its own fault", async () => {
    const fault = { status: 503, headers: { "retry-after": "5" } };
    const { ask } = emulatorWith({ coldStart: { duration: 100, fault } });
    expect((await ask()).headers.get("retry-after")).toBe("5");
  });

  it("uses up no rate limit", async () => {
    const { ask } = emulatorWith({ coldStart: { duration: 10 }, limits: { requestsPerSecond: 1, burst: 1 } });
    expect((await ask()).status).toBe(503);
    await vi.advanceTimersByTimeAsync(10);
    expect([(await ask()).status, (await ask()).status]).toEqual([200, 429]);
  });
});
