/** An end to waiting: the caller's abort, or time that is up. */

import { linkedAbortController, onAbort } from "../abort.js";

/** Ends a wait at once when the caller aborts or time is up, even if `fetch` does not listen to its signal. */
export class Deadline {
  readonly #outer: AbortSignal;
  readonly #inner: AbortController;
  readonly #timer: ReturnType<typeof setTimeout>;
  readonly #ended: Promise<never>;
  readonly #unlink: () => void;
  #passed = false;

  constructor(outer: AbortSignal, timeout: number) {
    this.#outer = outer;
    const { controller, unlink } = linkedAbortController(outer);
    this.#inner = controller;
    this.#unlink = unlink;
    this.#ended = new Promise((_, reject) => {
      onAbort(controller.signal, () => reject(controller.signal.reason));
    });
    this.#ended.catch(() => {});
    this.#timer = setTimeout(() => {
      this.#passed = true;
      controller.abort();
    }, timeout);
  }

  get signal(): AbortSignal {
    return this.#inner.signal;
  }

  passed(): boolean {
    return this.#passed && !this.#outer.aborted;
  }

  race<Value>(work: Promise<Value>): Promise<Value> {
    work.catch(() => {});
    return Promise.race([work, this.#ended]);
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#unlink();
  }
}
