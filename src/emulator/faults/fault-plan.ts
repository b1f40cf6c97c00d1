import type { EmulatorRequest } from "../request-log.js";

/** What can go wrong, by name. Names about vectors and scores change nothing elsewhere. */
export type FaultName =
  /** Nothing goes wrong. */
  | "ok"
  /** The connection is lost before an answer begins. */
  | "reset"
  /** The connection is lost after half the body. */
  | "cut"
  /** Half the body, ended as if it were all: JSON that does not parse. */
  | "half"
  /** No answer ever. */
  | "hang"
  /** Half the body, then nothing, with the connection open. */
  | "endless"
  /** Status 200 with a page of HTML. */
  | "html"
  /** A redirect to another origin, with status 307, which asks for the body to be sent along. */
  | "redirect"
  /** All items, in another order, each with its true index. */
  | "shuffled"
  /** One item is not there: the one in the middle. */
  | "missing-item"
  /** One item more than asked for, with the next index. */
  | "extra-item"
  /** As many items as asked for, one of them twice. */
  | "repeated-index"
  /** The last item has the index after it. */
  | "index-out-of-range"
  /** `data` or `results` is an object. */
  | "not-a-list"
  /** The list is not there at all. */
  | "no-list"
  /** `null` at the end of a vector; in base64 the four bytes of `NaN`. */
  | "null-in-vector"
  /** `NaN` in a vector: not JSON, yet what some servers write; in base64 the four bytes of it. */
  | "nan-in-vector"
  /** `1e999` in a vector, which parses as infinity. */
  | "infinity-in-vector"
  /** One vector is shorter than the others. */
  | "short-vector"
  /** One vector has no numbers. */
  | "empty-vector"
  /** One item has no vector. */
  | "no-vector"
  /** A string in place of a vector that is not base64. */
  | "bad-base64"
  /** `1e999` as a score. */
  | "infinite-score"
  /** `null` as a score. */
  | "null-score"
  /** `usage: null`. */
  | "usage-null";

/** What goes wrong with one request. Everything but `status` and `body` can be combined. */
export interface FaultDetails {
  /** What happens to the connection, the body or the list. @defaultValue "ok" */
  readonly kind?: FaultName;
  /** Answers with this status, 200 to 599, instead of doing the work. @defaultValue the work is done */
  readonly status?: number;
  /** Headers that the answer gets in addition. @defaultValue none */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Answers with this body, a text or something that becomes JSON, instead of doing the work.
   *
   * @defaultValue the work is done
   */
  readonly body?: string | object;
  /** The error's message, with `status`. @defaultValue Together's for this status */
  readonly message?: string;
  /** The error's `code`, with `status`, for example `"dedicated_endpoint_not_running"`. @defaultValue as the status */
  readonly code?: string;
  /** What Together calls the error's type in a 429, with `status`. @defaultValue absent */
  readonly errorType?: string;
  /** Milliseconds, 0 or more, that pass before anything else happens. @defaultValue 0 */
  readonly delay?: number;
  /** Milliseconds, 0 or more, over which the body is spread. @defaultValue 0 */
  readonly bodyDuration?: number;
  /** Where a redirect leads. @defaultValue the same path at `https://elsewhere.example` */
  readonly location?: string;
  /** Bytes of spaces, 0 or more, at the end of the answer; JSON ignores them. @defaultValue 0 */
  readonly padding?: number;
}

/** What goes wrong with one request: a name, or the details. */
export type Fault = FaultName | FaultDetails;

/**
 * Which requests go wrong: a list, used up in the order of the requests (undefined and `"ok"` let one pass, and so
 * does the end of the list), or a function that decides for each. Requests refused by a limit do not count.
 */
export type Faults = readonly (Fault | undefined)[] | ((request: EmulatorRequest) => Fault | undefined);

/** Hands out the fault for each request. */
export class FaultPlan {
  #next = 0;

  constructor(private faults: Faults | undefined) {}

  set(faults: Faults | undefined): void {
    this.faults = faults;
    this.#next = 0;
  }

  take(request: EmulatorRequest): FaultDetails {
    const fault = typeof this.faults === "function" ? this.faults(request) : this.faults?.[this.#next++];
    if (fault === undefined || fault === "ok") return {};
    request.fault = fault;
    return typeof fault === "string" ? { kind: fault } : fault;
  }
}
