import { errorsOf } from "../../core/options/nested-options.js";
import type { EmulatorRequest } from "../request-log.js";
import { faultOption } from "./fault-option.js";
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

  /**
   * Takes the fault of this request; undefined if it has none.
   *
   * @throws {TogetherError} `invalid_option` if the function among the options returns something else than a fault.
   */
  take(request: EmulatorRequest): Fault | undefined {
    const fault =
      typeof this.faults === "function" ? decide(this.faults, request) : this.faults?.[this.#used++];
    return fault === "ok" ? undefined : fault;
  }
}

function decide(faults: Exclude<Faults, readonly unknown[]>, request: EmulatorRequest): Fault | undefined {
  const fault = faults(request);
  return fault === undefined ? undefined : faultOption.check(fault, "faults()", wrongFault);
}

const wrongFault = errorsOf("respond to a request");
