/** Positions in the sequence of all requests, in the unit that the server limits: requests or tokens. Pure. */

/** One request and what was sent before it. */
export interface RequestPosition {
  /** Units of this request: 1, or its number of tokens. */
  readonly weight: number;
  /** Units of the requests sent before it, without those of the 429s received so far. */
  readonly acceptedBefore: number;
  /** Number of requests sent before it. */
  readonly requestsBefore: number;
}

/** The totals at one moment. Later positions are compared with it. */
export interface Snapshot {
  /** Time in milliseconds. */
  readonly at: number;
  /** Units accepted until then. */
  readonly accepted: number;
  /** Number of requests sent until then. */
  readonly requests: number;
}

/** Returns the requests since a snapshot, multiplied by the seconds since then. */
export function requestSeconds(since: Snapshot, now: number, { requestsBefore }: RequestPosition): number {
  return ((requestsBefore - since.requests) * (now - since.at)) / 1000;
}

/** Creates the snapshot that starts at a request. The request itself counts as sent after it. */
export function snapshotOf(at: number, { acceptedBefore, requestsBefore }: RequestPosition): Snapshot {
  return { at, accepted: acceptedBefore, requests: requestsBefore };
}
