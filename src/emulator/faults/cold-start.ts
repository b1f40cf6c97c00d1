import type { EmulatorRequest } from "../request-log.js";
import { UNAVAILABLE, type Fault } from "./fault.js";

/** The start of a dedicated endpoint that has scaled to zero. */
export interface ColdStart {
  /** How long a model starts after the first request to it. Milliseconds, 0 or more. */
  readonly duration: number;
  /**
   * How requests fail until then, for example `{ status: 503, headers: { "retry-after": "5" } }`.
   *
   * @defaultValue `{ status: 503 }`
   */
  readonly fault?: Fault;
}

/** Gives the requests to a model that is starting their fault. */
export class ColdStarts {
  /** When the first request to each model arrived. */
  #startedAt = new Map<string | undefined, number>();

  constructor(private readonly coldStart: ColdStart | undefined) {}

  /** Returns the fault of a request that arrives now; undefined if its model is running. */
  take(request: EmulatorRequest): Fault | undefined {
    if (!this.coldStart) return undefined;
    const { duration, fault = UNAVAILABLE } = this.coldStart;
    const now = performance.now();
    const startedAt = this.#startedAt.get(request.model) ?? now;
    this.#startedAt.set(request.model, startedAt);
    return now - startedAt >= duration ? undefined : fault;
  }
}
