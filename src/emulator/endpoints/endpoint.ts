import type { JsonObject } from "./validation.js";
import type { FaultDetails } from "../faults/fault-plan.js";
import type { EmulatedResponse } from "../response.js";
import type { Settings } from "../settings.js";

/** One path of the API. */
export interface EmulatedEndpoint {
  readonly path: string;
  readonly method: "GET" | "POST";
  /** The texts of a request, however malformed it is: for the log and for limits. */
  texts(body: Partial<JsonObject>): unknown[];
  /**
   * Checks a request and says how to answer it. The work itself waits for a worker.
   *
   * @throws {Refusal} if the API would refuse it.
   */
  prepare(body: unknown, settings: Settings): EndpointWork;
}

/** The work of a request that was found in order. */
type EndpointWork = (circumstances: WorkContext) => EmulatedResponse | Promise<EmulatedResponse>;

export interface WorkContext {
  /** The request's id, as answers carry it. */
  readonly id: string;
  readonly fault: FaultDetails;
}

/** A list of one, if it is no list yet. */
export function asList(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}
