import { afterEach, beforeEach, expect, vi } from "vitest";

/** Fakes the clock in every test of a file; each must leave no timer behind. */
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

/** Lets milliseconds pass in small steps, with room for what really takes place elsewhere, such as hashing. */
export async function pass(ms: number, steps = 10): Promise<void> {
  for (let step = 0; step < steps; step++) {
    await breathe();
    await vi.advanceTimersByTimeAsync(ms / steps);
  }
  await breathe();
}

/** A few turns of the real event loop. */
export async function breathe(turns = 5): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Lets time pass until a promise has settled, and tells after how many milliseconds that was. */
export async function timed(promise: Promise<unknown>, most = 600_000): Promise<number> {
  const startedAt = performance.now();
  const ended: number[] = [];
  const note = (): void => void ended.push(performance.now() - startedAt);
  promise.then(note, note);
  for (let passed = 0; passed < most && ended.length === 0; passed += 1000) await pass(1000);
  if (ended[0] === undefined) throw new Error(`nothing came of it within ${most} ms`);
  return ended[0];
}
