/** Runs real code in no time: timers and clocks are faked, and jump to the next timer whenever nothing else is left to do. */

import { install } from "@sinonjs/fake-timers";
import { seededRandom } from "../../../src/emulator/index.js";

/** What virtual time tells of a run. */
export interface VirtualRun<Result> {
  readonly result: Result;
  /** Virtual milliseconds from start to result. */
  readonly elapsedMs: number;
  /** Timers that were still set when the result came. */
  readonly timersLeft: number;
}

/** A day of today: resets that are epochs would otherwise be small numbers, which are read as seconds to wait. */
const START_MS = Date.UTC(2026, 10, 21);

/** Longer than any job may take: what is not done after a virtual week hangs. */
const WEEK_MS = 7 * 24 * 3600 * 1000;

/**
 * Runs some work under virtual time, with chance from a seed. Not reentrant: it replaces globals.
 *
 * @throws whatever the work throws, or an error if it waits for something that no timer will bring.
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
      if (clock.countTimers() === 0) throw new Error("the work waits for something that no timer will bring");
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

/** Lets everything run that needs no time: promises, and the streams under a response's body. */
async function settle(turns = 2): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => void setImmediate(resolve));
}
