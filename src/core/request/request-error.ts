import type { Failure } from "../errors/failure.js";
import { requestIdOf } from "../errors/redact.js";

/** Thrown inside the core when a request fails. Users see a {@link TogetherError} instead. */
export class RequestError extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.kind);
    this.failure = failure;
  }
}

/** Reads the request id for a support ticket: Together's id, or that of the Cloudflare network in front of it. */
export function requestIdHeader(headers: Headers): string | undefined {
  return requestIdOf(headers.get("x-request-id"), headers.get("cf-ray"));
}
