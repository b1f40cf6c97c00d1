import type { Fault } from "./faults/fault-plan.js";

/** A request as the emulator saw it: what its log keeps, and what every function among its options is given. */
export interface EmulatorRequest {
  /** 1 for the first request. */
  readonly number: number;
  /** When it was sent: `Date.now()`, in milliseconds. */
  readonly time: number;
  /** `"GET"` or `"POST"`, mostly. */
  readonly method: string;
  /** Scheme, host and port it was sent to. */
  readonly origin: string;
  /** For example `/v1/embeddings`. */
  readonly path: string;
  /** The model that it asked for; undefined if it named none. */
  readonly model: string | undefined;
  /** How many texts it carried: inputs, or documents to rank. */
  readonly texts: number;
  /** An estimate of the tokens in its texts and its query. */
  readonly tokens: number;
  /** The request's JSON, parsed; undefined when `keepBodies` is false and the answer has been given. */
  body: unknown;
  /** The status of the answer; undefined while there is none, and for ever if the connection was lost. */
  status?: number;
  /** Milliseconds from sending to the first byte of the answer, or to the abort. */
  duration?: number;
  /** What the `faults` option did to this request. */
  fault?: Fault;
  /** Whether the client gave up before the answer came. */
  aborted?: boolean;
}

/** Sums over all requests, also those that the log has let go. */
export interface EmulatorTotals {
  /** Requests, whatever became of them. */
  requests: number;
  /** Requests refused with a 429. */
  rejected: number;
  /** Texts in requests that were answered with 200. */
  texts: number;
  /** Tokens in requests that were answered with 200. */
  tokens: number;
}

const NOTHING: Readonly<EmulatorTotals> = { requests: 0, rejected: 0, texts: 0, tokens: 0 };

/** Keeps the latest requests and counts all. */
export class RequestLog {
  readonly requests: EmulatorRequest[] = [];
  readonly totals: EmulatorTotals = { ...NOTHING };
  inFlight = 0;

  constructor(
    private readonly limit: number,
    private readonly keepBodies: boolean,
  ) {}

  begin(facts: Omit<EmulatorRequest, "number" | "time">): EmulatorRequest {
    const request = { number: ++this.totals.requests, time: Date.now(), ...facts };
    this.requests.push(request);
    // Thrown out in bulk: shifting one by one would cost as much as the list is long, each time.
    if (this.requests.length >= 2 * this.limit) this.requests.splice(0, this.requests.length - this.limit);
    this.inFlight++;
    return request;
  }

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
    Object.assign(this.totals, NOTHING);
  }
}
