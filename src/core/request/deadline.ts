/** Ends an operation when the caller aborts or the timeout ends. */

import { linkedAbortController, untilAbort } from "../abort.js";

/** Rejects at once when the caller aborts or the timeout ends, even if a custom `fetch` ignores its signal. */
export class Deadline {
  readonly #outer: AbortSignal | undefined;
  readonly #inner: AbortController;
  readonly #timer: ReturnType<typeof setTimeout>;
  readonly #unlink: () => void;
  #isTimedOut = false;

  /**
   * @param outer - The caller's signal, if there is one.
   * @param timeout - In milliseconds.
   */
  constructor(outer: AbortSignal | undefined, timeout: number) {
    this.#outer = outer;
    const { controller, unlink } = linkedAbortController(outer);
    this.#inner = controller;
    this.#unlink = unlink;
    this.#timer = setTimeout(() => {
      this.#isTimedOut = true;
      controller.abort();
    }, timeout);
  }

  /** Is aborted by the caller's signal and by the timeout. */
  get signal(): AbortSignal {
    return this.#inner.signal;
  }

  /** Whether the timeout ended before the caller aborted. */
  get isTimedOut(): boolean {
    return this.#isTimedOut && !this.#outer?.aborted;
  }

  /** Settles like `work`, or rejects with the signal's reason when the signal is aborted first. */
  race<Value>(work: Promise<Value>): Promise<Value> {
    return untilAbort(work, this.signal);
  }

  /** Stops the timer and removes the listener from the caller's signal. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#unlink();
  }
}
