/** The reason why a request failed. {@link TogetherError} describes its meaning for the caller. */
export type Failure =
  | {
      readonly kind: "status";
      /** HTTP status, from 300. For an error object in a successful response: the status that it means. */
      readonly status: number;
      /** HTTP status of the response, if it is another: 200 for an error object in a successful response. */
      readonly httpStatus?: number;
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
      /** An option is wrong, as the request has shown: `fetch` does not work, or `dimensions` is not the model's. */
      readonly kind: "option";
      readonly problem: string;
      readonly fix: string;
    }
  | { readonly kind: "timeout" }
  | { readonly kind: "redirect" }
  | {
      readonly kind: "invalid";
      /** The problem of the response. */
      readonly problem: string;
      readonly requestId?: string | undefined;
      /** Whether it is too large to be read. Such a response is not requested again. */
      readonly isTooLarge?: boolean;
    };

/** The fields of an error response's body. A field that the server does not send is an empty string. */
export interface ErrorBody {
  readonly message: string;
  readonly type: string;
  readonly code: string;
}

/** A failure with an HTTP status. */
export type StatusFailure = Extract<Failure, { kind: "status" }>;
