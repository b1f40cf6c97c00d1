/** The limit on one quantity: requests or tokens. */
export interface Quota {
  /** Units per second. `Infinity` means no limit. */
  readonly rate: number;
  /** Units that are accepted at once. */
  readonly capacity: number;
  readonly windowSeconds: number;
}

/** Counts the used part of a quota. The quota may change between calls. `now` is in milliseconds. */
export interface Meter {
  /** Returns the seconds until a request of this cost is accepted, or 0. Changes nothing. */
  wait(quota: Quota, cost: number, now: number): number;
  /** Counts an accepted request. */
  consume(quota: Quota, cost: number, now: number): void;
}

// Rounding errors would otherwise reject a request after exactly the delay of its 429.
const TOLERANCE = 1e-9;

/**
 * Refills at a constant rate. A request that costs more than the capacity is accepted when the bucket is full, and
 * makes its level negative.
 */
export class TokenBucket implements Meter {
  #level = Infinity;
  #updatedAt = 0;

  wait(quota: Quota, cost: number, now: number): number {
    if (quota.rate === Infinity) return 0;
    const missing = Math.min(cost, quota.capacity) - this.#levelAt(quota, now);
    return missing <= TOLERANCE * quota.capacity ? 0 : missing / quota.rate;
  }

  consume(quota: Quota, cost: number, now: number): void {
    if (quota.rate === Infinity) return;
    this.#level = this.#levelAt(quota, now) - cost;
    this.#updatedAt = now;
  }

  #levelAt({ rate, capacity }: Quota, now: number): number {
    return Math.min(capacity, this.#level + (rate * (now - this.#updatedAt)) / 1000);
  }
}

/** Counts per window of fixed length. A request that costs more than a window allows is accepted as its first. */
export class FixedWindow implements Meter {
  #startedAt = -Infinity;
  #used = 0;

  wait(quota: Quota, cost: number, now: number): number {
    const remaining = this.#remainingMs(quota, now);
    const fits = remaining <= 0 || this.#used === 0 || this.#used + cost <= quota.rate * quota.windowSeconds;
    return fits ? 0 : remaining / 1000;
  }

  consume(quota: Quota, cost: number, now: number): void {
    if (this.#remainingMs(quota, now) <= 0) {
      const length = quota.windowSeconds * 1000;
      // A window starts where the previous one ended, not at its first request, so that the phase stays the same.
      const elapsed = Math.floor((now - this.#startedAt) / length);
      this.#startedAt = elapsed < Infinity ? this.#startedAt + elapsed * length : now;
      this.#used = 0;
    }
    this.#used += cost;
  }

  #remainingMs({ windowSeconds }: Quota, now: number): number {
    return this.#startedAt + windowSeconds * 1000 - now;
  }
}

const SLOTS = 60;

/** Measures successful requests per second over the last `seconds`, in 60 slots. */
export class SuccessRate {
  #slots = new Map<number, number>();

  constructor(private readonly seconds: number) {}

  add(now: number): void {
    const current = this.#slotAt(now);
    const count = this.#slots.get(current) ?? 0;
    if (count === 0) this.#deleteBefore(current - SLOTS + 1);
    this.#slots.set(current, count + 1);
  }

  perSecond(now: number): number {
    const oldest = this.#slotAt(now) - SLOTS + 1;
    let sum = 0;
    for (const [slot, count] of this.#slots) if (slot >= oldest) sum += count;
    return sum / this.seconds;
  }

  #deleteBefore(oldest: number): void {
    for (const slot of this.#slots.keys()) if (slot < oldest) this.#slots.delete(slot);
  }

  #slotAt(now: number): number {
    return Math.floor((now / 1000 / this.seconds) * SLOTS);
  }
}
