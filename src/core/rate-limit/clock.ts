/** The longest delay that a timer supports. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * The time of one rate limiter: `performance.now()`, made to fit fake timers. Fake timers replace `performance`,
 * `setTimeout` or both in the middle of a process, start at 0, and may differ from each other.
 */
export class Clock {
  readonly #setTimeout = globalThis.setTimeout;
  #last = Number.NEGATIVE_INFINITY;
  #offset = 0;
  #wentBack = false;

  /** Returns milliseconds. They never decrease: waiting callers do not wait longer when the clock goes back. */
  now(): number {
    const time = performance.now();
    if (time < this.#last) {
      this.#wentBack = true;
      this.#offset += this.#last - time;
    }
    this.#last = time;
    return time + this.#offset;
  }

  /** Calls back at a time. If `performance` has not reached it when the timer fires, this clock advances to it. */
  callAt(time: number, callback: () => void): ReturnType<typeof setTimeout> {
    const now = this.now();
    const delayMs = Math.min(MAX_TIMER_MS, Math.ceil(time - now));
    return setTimeout(() => {
      this.#offset += Math.max(0, Math.min(time, now + delayMs) - this.now());
      callback();
    }, delayMs);
  }

  /** Whether the clock was replaced or went back: earlier estimates are then invalid. */
  get wasReplaced(): boolean {
    return this.#wentBack || performance.now() < this.#last || this.#setTimeout !== globalThis.setTimeout;
  }
}
