/** What a limit allows, and what one request asks of it. */
export interface Demand {
  /** Units a second; `Infinity` for no limit. */
  readonly rate: number;
  /** Units that may come at once. */
  readonly capacity: number;
  readonly windowSeconds: number;
  readonly cost: number;
}

/** Remembers what was used, and says how long a request would have to wait. Limits may change between calls. */
export interface Meter {
  /** Seconds until the request may pass; 0 if now. */
  wait(demand: Demand, now: number): number;
  /** Books a request that passes. */
  take(demand: Demand, now: number): void;
}

// Time is a floating-point number: without this a bucket misses its own promise by a hair.
const TOLERANCE = 1e-9;

/** Refills steadily. A request that costs more than the bucket holds passes when it is full, and puts it into debt. */
export class TokenBucket implements Meter {
  #level = Infinity;
  #at = 0;

  wait(demand: Demand, now: number): number {
    if (demand.rate === Infinity) return 0;
    const missing = Math.min(demand.cost, demand.capacity) - this.#levelAt(demand, now);
    return missing <= TOLERANCE * demand.capacity ? 0 : missing / demand.rate;
  }

  take(demand: Demand, now: number): void {
    if (demand.rate === Infinity) return;
    this.#level = this.#levelAt(demand, now) - demand.cost;
    this.#at = now;
  }

  #levelAt({ rate, capacity }: Demand, now: number): number {
    return Math.min(capacity, this.#level + (rate * (now - this.#at)) / 1000);
  }
}

/** Counts in windows that follow one another. A request that costs more than a window holds passes as its first. */
export class FixedWindow implements Meter {
  #startedAt = -Infinity;
  #used = 0;

  wait(demand: Demand, now: number): number {
    const left = this.#leftMs(demand, now);
    const fits =
      left <= 0 || this.#used === 0 || this.#used + demand.cost <= demand.rate * demand.windowSeconds;
    return fits ? 0 : left / 1000;
  }

  take(demand: Demand, now: number): void {
    if (this.#leftMs(demand, now) <= 0) {
      const length = demand.windowSeconds * 1000;
      // Windows keep their beat: the next one begins where the last one ended, not at its first request.
      const beats = Math.floor((now - this.#startedAt) / length);
      this.#startedAt = beats < Infinity ? this.#startedAt + beats * length : now;
      this.#used = 0;
    }
    this.#used += demand.cost;
  }

  #leftMs({ windowSeconds }: Demand, now: number): number {
    return this.#startedAt + windowSeconds * 1000 - now;
  }
}

const SLOTS = 60;

/** How many requests a second succeeded over the past, in sixty steps. */
export class SuccessRate {
  #slots = new Map<number, number>();

  constructor(private readonly seconds: number) {}

  add(now: number): void {
    const slot = this.#slot(now);
    this.#slots.set(slot, (this.#slots.get(slot) ?? 0) + 1);
  }

  perSecond(now: number): number {
    const oldest = this.#slot(now) - SLOTS;
    let sum = 0;
    for (const [slot, count] of this.#slots) {
      if (slot <= oldest) this.#slots.delete(slot);
      else sum += count;
    }
    return sum / this.seconds;
  }

  #slot(now: number): number {
    return Math.floor((now / 1000 / this.seconds) * SLOTS);
  }
}
