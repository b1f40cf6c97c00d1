import type { EmulatorRequest } from "../request-log.js";
import type { Fault } from "./fault.js";

/**
 * Which requests fail. Either a list with one entry per request, in order; undefined, `"ok"` and the end of the list
 * mean no fault. Or a function that decides per request. Requests that the rate limit rejects do not count.
 */
export type Faults = readonly (Fault | undefined)[] | ((request: EmulatorRequest) => Fault | undefined);

/** Assigns faults to requests. */
export class FaultPlan {
  #used = 0;

  constructor(private faults: Faults | undefined) {}

  /** Replaces the faults. A list starts with the next request. */
  set(faults: Faults | undefined): void {
    this.faults = faults;
    this.#used = 0;
  }

  /** Takes the fault of this request; undefined if it has none. */
  take(request: EmulatorRequest): Fault | undefined {
    const fault = typeof this.faults === "function" ? this.faults(request) : this.faults?.[this.#used++];
    return fault === "ok" ? undefined : fault;
  }
}
