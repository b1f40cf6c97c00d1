/** Runs real code with fake timers and clocks. Time jumps to the next timer when the code does nothing else. */

import { install } from "@sinonjs/fake-timers";
import { seededRandom } from "../../../src/emulator/index.js";

/** The result of a run in virtual time. */
export interface VirtualRun<Result> {
  readonly result: Result;
  /** Virtual milliseconds from start to result. */
  readonly elapsedMs: number;
  /** Number of timers that were still set at the end. */
  readonly timersLeft: number;
}

/** A present date. With an earlier one, a reset as epoch would be a small number, and be read as seconds to wait. */
const START_MS = Date.UTC(2026, 10, 21);

/** Longer than any job may take: work that takes a virtual week hangs. */
const WEEK_MS = 7 * 24 * 3600 * 1000;

/**
 * Runs work in virtual time, with random numbers from a seed. Not reentrant: it replaces globals.
 *
 * @throws the error of the work; Error if the work waits and no timer is left.
 */
export async function underVirtualTime<Result>(
  seed: number,
  work: () => Promise<Result>,
): Promise<VirtualRun<Result>> {
  const { random } = Math;
  const clock = install({ now: START_MS, toFake: ["setTimeout", "clearTimeout", "performance", "Date"] });
  Math.random = seededRandom(seed);
  try {
    const state: { done: boolean } = { done: false };
    const running = work().finally(() => (state.done = true));
    running.catch(() => {});
    await settle();
    while (!state.done) {
      if (clock.countTimers() === 0) await settle(20);
      if (state.done) break;
      if (clock.countTimers() === 0) throw new Error("the work waits, but no timer is left");
      if (clock.now - START_MS > WEEK_MS) throw new Error("the work is not done after a virtual week");
      clock.next();
      await settle();
    }
    return { result: await running, elapsedMs: clock.now - START_MS, timersLeft: clock.countTimers() };
  } finally {
    Math.random = random;
    clock.uninstall();
  }
}

/** Runs everything that needs no time: promises, and the streams of response bodies. */
async function settle(turns = 2): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => void setImmediate(resolve));
}
