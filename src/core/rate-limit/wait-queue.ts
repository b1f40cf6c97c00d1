/** A caller that waits for its turn. */
export interface Waiter {
  /** 0 is served first. */
  readonly rank: Rank;
  /** The most requests in flight beside which the caller may send one more. */
  readonly maxConcurrency: number;
}

/** High priority before normal; within each, retries before first attempts. */
export type Rank = 0 | 1 | 2 | 3;

/** Waiters of one rank and one `maxConcurrency`, each with its place in the order of arrival. */
type Lane<Item> = Map<Item, number>;

/**
 * Keeps waiters in the order in which they are served: by rank, then by arrival. Lanes make sure that a waiter whose
 * own `maxConcurrency` is used up delays no other.
 */
export class WaitQueue<Item extends Waiter> {
  readonly #ranks = [0, 1, 2, 3].map(() => new Map<number, Lane<Item>>());
  #arrivals = 0;

  /** Whether no caller waits. */
  get empty(): boolean {
    return this.#ranks.every((lanes) => lanes.size === 0);
  }

  add(item: Item): void {
    const lanes = this.#lanesOf(item);
    const lane = lanes.get(item.maxConcurrency) ?? new Map<Item, number>();
    lanes.set(item.maxConcurrency, lane.set(item, this.#arrivals++));
  }

  delete(item: Item): void {
    const lanes = this.#lanesOf(item);
    const lane = lanes.get(item.maxConcurrency);
    lane?.delete(item);
    if (lane?.size === 0) lanes.delete(item.maxConcurrency);
  }

  /** The waiter to serve beside so many requests in flight; `undefined` if every waiter is at its own limit. */
  first(inFlight: number): Item | undefined {
    for (const lanes of this.#ranks) {
      const heads = [...lanes].flatMap(([limit, lane]) => (limit > inFlight ? [firstOf(lane)] : []));
      if (heads.length > 0) return heads.reduce((head, other) => (other[1] < head[1] ? other : head))[0];
    }
    return undefined;
  }

  /** Every waiter. */
  all(): Item[] {
    return this.#ranks.flatMap((lanes) => [...lanes.values()].flatMap((lane) => [...lane.keys()]));
  }

  #lanesOf({ rank }: Item): Map<number, Lane<Item>> {
    return this.#ranks[rank] as Map<number, Lane<Item>>;
  }
}

/** Lanes are deleted when they are empty, so there is a first. */
function firstOf<Item>(lane: Lane<Item>): [Item, number] {
  const [head] = lane;
  return head as [Item, number];
}
