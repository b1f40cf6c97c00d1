/** Why there is no answer. Held apart from {@link TogetherError}, which says what it meant for the caller. */
export type Failure =
  | {
      readonly kind: "status";
      readonly status: number;
      readonly body: ErrorBody;
      readonly waitMs: number | undefined;
      readonly requestId: string | undefined;
    }
  | { readonly kind: "connection"; readonly detail: string }
  | { readonly kind: "timeout" }
  | { readonly kind: "redirect" }
  | { readonly kind: "invalid"; readonly problem: string; readonly requestId?: string | undefined };

/** What a refusal says, as far as it says it. */
export interface ErrorBody {
  readonly message: string;
  readonly type: string;
  readonly code: string;
}
