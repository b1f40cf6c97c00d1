/** A caller that waits for a permit. */
export interface Waiter {
  /** 0 is served first. */
  readonly rank: Rank;
  /** The most requests in flight, including one more of this caller. */
  readonly maxConcurrency: number;
}

/** High priority before normal; within each, retries before first attempts. */
export type Rank = 0 | 1 | 2 | 3;

/** Keeps waiters in the order in which they are served: by rank, then by arrival. */
export class WaitQueue<Item extends Waiter> {
  readonly #ranks = [new Set<Item>(), new Set<Item>(), new Set<Item>(), new Set<Item>()] as const;
  /** The highest `maxConcurrency` of any waiter so far. */
  #maxConcurrency = 0;

  /** Whether no caller waits. */
  get empty(): boolean {
    return this.#ranks.every(({ size }) => size === 0);
  }

  add(item: Item): void {
    this.#maxConcurrency = Math.max(this.#maxConcurrency, item.maxConcurrency);
    this.#ranks[item.rank].add(item);
  }

  delete(item: Item): void {
    this.#ranks[item.rank].delete(item);
  }

  /**
   * Returns the waiter to serve at this number of requests in flight; `undefined` if all waiters are at their own
   * limit. A waiter at its limit delays no other.
   */
  first(inFlight: number): Item | undefined {
    // The usual case, without a loop over all waiters.
    if (inFlight >= this.#maxConcurrency) return undefined;
    for (const waiters of this.#ranks) {
      for (const waiter of waiters) if (waiter.maxConcurrency > inFlight) return waiter;
    }
    return undefined;
  }

  /** Returns every waiter. */
  all(): Item[] {
    return this.#ranks.flatMap((waiters) => [...waiters]);
  }
}
