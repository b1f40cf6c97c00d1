import { UNAVAILABLE, type Fault } from "./fault.js";

/** A period in which all requests fail. */
export interface Outage {
  /** When the outage begins. Milliseconds since the outages were set, 0 or more. */
  readonly from: number;
  /** When the outage ends. Milliseconds since the outages were set, above `from`; `Infinity` for no end. */
  readonly to: number;
  /**
   * How requests fail that arrive during the outage: with a status, or for example `"reset"`, `"hang"` or `"html"`.
   *
   * @defaultValue `{ status: 503 }`
   */
  readonly fault?: Fault;
}

/** Gives every request that arrives during an outage its fault. */
export class OutagePlan {
  #setAt = performance.now();

  constructor(private outages: readonly Outage[]) {}

  /** Replaces the outages. Their times count from now. */
  set(outages: readonly Outage[]): void {
    this.outages = outages;
    this.#setAt = performance.now();
  }

  /** Returns the fault of a request that arrives now; undefined if there is no outage. */
  take(): Fault | undefined {
    const now = performance.now() - this.#setAt;
    const outage = this.outages.find(({ from, to }) => from <= now && now < to);
    return outage && (outage.fault ?? UNAVAILABLE);
  }
}
