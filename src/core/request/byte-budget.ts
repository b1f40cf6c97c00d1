/** Bounds the memory of all responses that are being read at once, from any server. */

/** Maximum bytes of all responses in flight before some of them wait. */
const MAX_HELD_BYTES = 64 * 2 ** 20;

/** A response below this size never waits, such as that of a query, even if a hostile server uses the budget. */
const MIN_WAITING_BYTES = 256 * 2 ** 10;

/** The bytes that one response holds. */
export interface Lease {
  /**
   * Counts bytes that have been read.
   *
   * @returns a promise to await before more is read; `undefined` without a wait.
   */
  add(bytes: number): Promise<void> | undefined;
  /** Releases all bytes. Call it when the body is parsed or no longer needed. */
  release(): void;
}

/**
 * Counts the bytes of all responses that are being read. Beyond the maximum, one of them is read to its end and the
 * others wait, which prevents a deadlock. A wait costs no throughput, because the connection's buffers are full.
 */
export class ByteBudget {
  readonly #maxBytes: number;
  readonly #waiting = new Map<Lease, () => void>();
  #held = 0;
  /** The response that never waits. */
  #favoured: Lease | undefined;

  /** @param maxBytes - The maximum, without one response and the first 256 KB of each. */
  constructor(maxBytes: number = MAX_HELD_BYTES) {
    this.#maxBytes = maxBytes;
  }

  /** Starts to count a response. */
  open(): Lease {
    let own = 0;
    const lease: Lease = {
      add: (bytes) => {
        own += bytes;
        this.#held += bytes;
        if (this.#held <= this.#maxBytes || own < MIN_WAITING_BYTES) return undefined;
        this.#favoured ??= lease;
        if (this.#favoured === lease) return undefined;
        return new Promise((resolve) => this.#waiting.set(lease, resolve));
      },
      release: () => {
        this.#held -= own;
        own = 0;
        this.#waiting.delete(lease);
        if (this.#favoured === lease) this.#favoured = undefined;
        this.#resume();
      },
    };
    return lease;
  }

  /** Resumes waiting responses, in the order in which they began to wait. */
  #resume(): void {
    for (const [lease, resolve] of this.#waiting) {
      if (this.#held > this.#maxBytes) {
        if (this.#favoured) return;
        this.#favoured = lease;
      }
      this.#waiting.delete(lease);
      resolve();
    }
  }
}
