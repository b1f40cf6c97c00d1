import { describe, expect, it, vi } from "vitest";
import { useVirtualTime } from "../../support/time.js";
import { emulatorWith, errorOf } from "./support.js";

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

  it("can lose the connection", async () => {
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
