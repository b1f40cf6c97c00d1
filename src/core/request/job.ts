/** What a sender is given to send. */

import type { EndpointCall } from "./together-client.js";
import type { Lane } from "../rate-limit/rate-limiter.js";

/** One request, ready to leave. */
export interface Parcel<Result> {
  readonly call: EndpointCall;
  /** Texts or documents in it. */
  readonly texts: readonly string[];
  readonly estimatedTokens: number;
  readonly maxBytes: number;
  /** What no error may quote: the user's own words. */
  secrets(): readonly string[];
  /** Reads the answer. @throws {@link InvalidResponse} if it is not one. */
  read(body: unknown): Result;
}

/** Work to be sent. What travels is decided when its turn has come, so that batches can grow while they wait. */
export interface Job<Result> {
  readonly lane: Lane;
  readonly signal: AbortSignal;
  /** What was asked for, to complete the sentence "Cannot ...". */
  task(texts: number): string;
  /** Called at each turn; `undefined` if there is nothing left to do. */
  pack(): Parcel<Result> | undefined;
  /** The server refused the parcel for its rate; it may be packed anew. */
  unpack(): void;
}
