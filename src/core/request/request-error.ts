import type { Failure } from "../errors/failure.js";

/** Carries a {@link Failure} up the stack. */
export class RequestError extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.kind);
    this.failure = failure;
  }
}

/** The id of a request, for a support ticket: Together's own, or that of the network before it. */
export function requestIdHeader(headers: Headers): string | undefined {
  return headers.get("x-request-id") ?? headers.get("cf-ray") ?? undefined;
}
