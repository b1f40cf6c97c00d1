/** The faults that have a name. Faults of vectors and scores have no effect on other responses. */
export type FaultName =
  /** No fault. */
  | "ok"
  /** Loses the connection before the response. */
  | "reset"
  /** Loses the connection after half of the body. */
  | "cut"
  /** Ends the response normally after half of the body: JSON that does not parse. */
  | "half"
  /** Never responds. */
  | "hang"
  /** Sends half of the body, then nothing, and keeps the connection open. */
  | "endless"
  /** Responds with a page of HTML and status 200. */
  | "html"
  /** Redirects to another origin with status 307, which makes clients send the body again. */
  | "redirect"
  /** Returns the items in another order, each with its correct index. */
  | "shuffled"
  /** Leaves out the item in the middle. */
  | "missing-item"
  /** Returns one item too many, with the next index. */
  | "extra-item"
  /** Returns the first item twice, in place of the last. */
  | "repeated-index"
  /** Gives the last item an index that no text or document of the request has. */
  | "index-out-of-range"
  /** Returns an object as `data` or `results`. */
  | "not-a-list"
  /** Leaves out `data` or `results`. */
  | "no-list"
  /** Ends a vector with `null`; in base64 with the four bytes of `NaN`. */
  | "null-in-vector"
  /** Ends a vector with `NaN`, which is not JSON, yet some servers write it; in base64 with its four bytes. */
  | "nan-in-vector"
  /** Ends a vector with `1e999`, which parses as infinity. */
  | "infinity-in-vector"
  /** Makes one vector shorter than the others. */
  | "short-vector"
  /** Returns one empty vector. */
  | "empty-vector"
  /** Returns one item without a vector. */
  | "no-vector"
  /** Returns a string that is not base64 as a vector. */
  | "bad-base64"
  /** Returns `1e999` as the best score. */
  | "infinite-score"
  /** Returns `null` as the best score. */
  | "null-score"
  /** Returns `usage: null`. */
  | "usage-null";

/** The fault of one request, in detail. `body` replaces the error body of `status`; other fields can be combined. */
export interface FaultDetails {
  /** The named fault to apply. @defaultValue "ok" */
  readonly kind?: FaultName;
  /** Responds with this status, 200 to 599, and does not run the model. @defaultValue a normal response */
  readonly status?: number;
  /** Additional headers of the response. Names and values are strings. @defaultValue none */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Responds with this body, a string or an object to serialize as JSON, and does not run the model.
   *
   * @defaultValue a normal response
   */
  readonly body?: string | object;
  /** Message of the error; needs `status`. @defaultValue Together's message for the status */
  readonly message?: string;
  /**
   * Code of the error, for example `"dedicated_endpoint_not_running"`; needs `status`.
   *
   * @defaultValue Together's code for the status
   */
  readonly code?: string;
  /** Together's `error_type` of a 429; needs `status`. @defaultValue none */
  readonly errorType?: string;
  /** Delay before the fault or the response. Milliseconds, 0 to 2,147,483,647. @defaultValue 0 */
  readonly delay?: number;
  /** Time over which the body is sent, in chunks. Milliseconds, 0 to 2,147,483,647. @defaultValue 0 */
  readonly bodyDuration?: number;
  /** Target of a redirect. @defaultValue the same path at `https://elsewhere.example` */
  readonly location?: string;
  /** Bytes of spaces after the body, 0 or more. JSON parsers ignore them. @defaultValue 0 */
  readonly padding?: number;
}

/** The fault of one request: a name, or the details. */
export type Fault = FaultName | FaultDetails;

/** Returns the details of a fault, also of one that is only a name. */
export function detailsOf(fault: Fault): FaultDetails {
  return typeof fault === "string" ? { kind: fault } : fault;
}

/** The default fault of an unavailable server: Together's response to missing capacity. */
export const UNAVAILABLE: Fault = { status: 503 };
