import { afterEach, beforeEach, expect, vi } from "vitest";

/** Fakes the clock in every test of a file. No test may leave a timer behind. */
export function useVirtualTime(): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance", "Date"] });
  });
  afterEach(() => {
    const timers = vi.getTimerCount();
    vi.useRealTimers();
    expect(timers).toBe(0);
  });
}

/** Advances time in small steps, and waits for real work such as hashing in between. */
export async function pass(ms: number, steps = 10): Promise<void> {
  for (let step = 0; step < steps; step++) {
    await breathe();
    await vi.advanceTimersByTimeAsync(ms / steps);
  }
  await breathe();
}

/** Waits for a few turns of the real event loop. */
export async function breathe(turns = 5): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Advances time, from timer to timer, until a promise has settled. Returns the milliseconds. */
export async function timed(promise: Promise<unknown>, most = 3_600_000): Promise<number> {
  const startedAt = performance.now();
  const ended: number[] = [];
  const note = (): void => void ended.push(performance.now() - startedAt);
  promise.then(note, note);
  for (let idle = 0; idle < 1000 && performance.now() - startedAt < most;) {
    await breathe();
    if (ended[0] !== undefined) return ended[0];
    idle = vi.getTimerCount() === 0 ? idle + 1 : 0;
    await vi.advanceTimersToNextTimerAsync();
  }
  throw new Error("the promise did not settle");
}
