import type { Fault } from "./faults/fault.js";

/** A request that the emulator received. The log keeps it, and every function among the options is called with it. */
export interface EmulatorRequest {
  /** The request's number; the first is 1. */
  readonly number: number;
  /** When the request was sent: `Date.now()`, in milliseconds. */
  readonly time: number;
  /** The HTTP method, for example `"POST"`. */
  readonly method: string;
  /** Scheme, host and port of the URL. */
  readonly origin: string;
  /** The path of the URL, for example `/v1/embeddings`. */
  readonly path: string;
  /** The requested model. Undefined if the request has none. */
  readonly model: string | undefined;
  /** The number of texts: inputs, documents or messages. */
  readonly texts: number;
  /** The estimated number of tokens in the texts and the query. */
  readonly tokens: number;
  /** The parsed JSON body. Undefined after the response if `keepBodies` is false. */
  body: unknown;
  /** The status of the response. Undefined until there is one, and if the connection was lost. */
  status?: number;
  /** Milliseconds from sending to the first byte of the response, or to the abort. */
  duration?: number;
  /** The fault that `faults`, an outage or a cold start gave to this request. */
  fault?: Fault;
  /** Whether the client aborted the request before the response. */
  aborted?: boolean;
}

/** Totals over all requests, including those that the log no longer keeps. */
export interface EmulatorTotals {
  /** All requests, whatever their outcome. */
  requests: number;
  /** Requests rejected with a 429. */
  rejected: number;
  /** Texts in requests with a 200 response. */
  texts: number;
  /** Tokens in requests with a 200 response. */
  tokens: number;
}

const ZERO: Readonly<EmulatorTotals> = { requests: 0, rejected: 0, texts: 0, tokens: 0 };

/** Keeps the latest requests and counts all of them. */
export class RequestLog {
  readonly requests: EmulatorRequest[] = [];
  readonly totals: EmulatorTotals = { ...ZERO };
  inFlight = 0;

  constructor(
    private readonly limit: number,
    private readonly keepBodies: boolean,
  ) {}

  /** Adds a request that was just sent. */
  begin(facts: Omit<EmulatorRequest, "number" | "time">): EmulatorRequest {
    const request = { number: ++this.totals.requests, time: Date.now(), ...facts };
    this.requests.push(request);
    // In bulk, because removing one at a time moves the whole array for every request.
    if (this.requests.length >= 2 * this.limit) this.requests.splice(0, this.requests.length - this.limit);
    this.inFlight++;
    return request;
  }

  /** Counts a request that got its response, or was aborted. */
  end(request: EmulatorRequest): void {
    this.inFlight--;
    if (!this.keepBodies) request.body = undefined;
    if (request.status === 429) this.totals.rejected++;
    if (request.status !== 200) return;
    this.totals.texts += request.texts;
    this.totals.tokens += request.tokens;
  }

  clear(): void {
    this.requests.length = 0;
    Object.assign(this.totals, ZERO);
  }
}
