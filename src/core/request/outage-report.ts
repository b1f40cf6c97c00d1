import type { Emit } from "../events.js";
import type { RateLimiter } from "../rate-limit/rate-limiter.js";

/** Emits the `outage` events of one object: one when its requests encounter an outage, and one at its end. */
export class OutageReport {
  readonly #emit: Emit;
  /** When the reported outage began, if its end has not been reported. */
  #beganAt: number | undefined;

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  /** Emits the change since the last call. */
  update({ outage, clock }: RateLimiter): void {
    if (!outage) return;
    const { beganAt, endedAt } = outage;
    if (endedAt === undefined && beganAt !== this.#beganAt) {
      this.#beganAt = beganAt;
      this.#emit({ type: "outage", phase: "begin", durationMs: clock.now() - beganAt });
    } else if (endedAt !== undefined && beganAt === this.#beganAt) {
      this.#beganAt = undefined;
      this.#emit({ type: "outage", phase: "end", durationMs: endedAt - beganAt });
    }
  }
}
