import type { FaultDetails } from "../faults/fault.js";
import type { EmulatorSettings } from "../settings.js";
import type { EmulatedResponse } from "../response.js";
import type { JsonObject } from "./validation.js";

/** An endpoint of the API. */
export interface EmulatedEndpoint {
  readonly path: string;
  /** The versions of the API that have it. */
  readonly versions: readonly ("v1" | "v2")[];
  readonly method: "GET" | "POST";
  /** Returns the texts of a request, valid or not, for the log and the limits. */
  texts(body: Partial<JsonObject>): unknown[];
  /**
   * Validates a request and returns the function that runs the model. The emulator calls it when a worker is free.
   *
   * @param query - The parameters of the URL.
   * @throws {ApiError} if the API would reject the request.
   */
  prepare(body: unknown, settings: EmulatorSettings, query: URLSearchParams): RunModel;
}

type RunModel = (context: RunContext) => EmulatedResponse | Promise<EmulatedResponse>;

export interface RunContext {
  /** The request's id, which responses carry. */
  readonly id: string;
  readonly fault: FaultDetails;
}

/** Token counts of a response. */
export interface UsageBody {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
}

/** Returns the value in a list, unless it is a list. */
export function asList(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}
