/** Why a request failed. {@link TogetherError} describes what it means for the caller. */
export type Failure =
  | {
      readonly kind: "status";
      /** HTTP status, from 300. */
      readonly status: number;
      readonly body: ErrorBody;
      /** Delay in milliseconds that the server asks for; `undefined` if it names none. */
      readonly waitMs: number | undefined;
      readonly requestId: string | undefined;
    }
  | {
      readonly kind: "connection";
      /** The name and the code of the error, or what happened. */
      readonly detail: string;
      /** Whether the response had begun. */
      readonly isCut: boolean;
    }
  | {
      /** The server's certificate is not trusted. */
      readonly kind: "certificate";
      /** OpenSSL's code for the reason. */
      readonly detail: string;
    }
  | {
      /** The caller's `fetch` does not work. */
      readonly kind: "fetch";
      readonly problem: string;
      readonly fix: string;
    }
  | { readonly kind: "timeout" }
  | { readonly kind: "redirect" }
  | {
      readonly kind: "invalid";
      /** What is wrong with the response. */
      readonly problem: string;
      readonly requestId?: string | undefined;
    };

/** The fields of an error response's body. A field that the server does not send is an empty string. */
export interface ErrorBody {
  readonly message: string;
  readonly type: string;
  readonly code: string;
}

/** A failure with an HTTP status. */
export type StatusFailure = Extract<Failure, { kind: "status" }>;
