import type { Refusal } from "./wire.js";

/** Why there is no answer. Held apart from {@link TogetherError}, which says what it meant for the caller. */
export type Failure =
  | {
      readonly kind: "status";
      readonly status: number;
      readonly refusal: Refusal;
      readonly waitMs: number | undefined;
      readonly requestId: string | undefined;
    }
  | { readonly kind: "connection"; readonly detail: string }
  | { readonly kind: "timeout" }
  | { readonly kind: "redirect" }
  | { readonly kind: "invalid"; readonly problem: string; readonly requestId?: string | undefined };

/** Carries a {@link Failure} up the stack. */
export class RequestFailed extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.kind);
    this.failure = failure;
  }
}

/** The id of a request, for a support ticket: Together's own, or that of the network before it. */
export function requestId(headers: Headers): string | undefined {
  return headers.get("x-request-id") ?? headers.get("cf-ray") ?? undefined;
}
