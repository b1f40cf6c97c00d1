/**
 * Positions of requests in the sequence of all sent requests, in the unit that the server limits: requests or tokens.
 * Pure.
 */

/** The position of one request, in requests and in units of the limit. */
export interface RequestPosition {
  /** Units of this request: 1, or its number of tokens. */
  readonly weight: number;
  /** Units of all requests sent before it. */
  readonly weightBefore: number;
  /** Number of requests sent before it. */
  readonly requestsBefore: number;
  /** Units of `weightBefore` without those of the 429s received so far. */
  readonly acceptedBefore: number;
}

/** The totals at one moment: at a 429, or at the start of traffic. Later totals are compared with it. */
export interface Snapshot {
  /** Time in milliseconds. */
  readonly at: number;
  /** Units sent until then. */
  readonly weight: number;
  /** Number of requests sent until then. */
  readonly requests: number;
}

/** Returns the requests since a snapshot, multiplied by the seconds since then. */
export function requestSeconds(since: Snapshot, now: number, requestsBefore: number): number {
  return ((requestsBefore - since.requests) * (now - since.at)) / 1000;
}

/** Returns the units per millisecond that were sent between a snapshot and a request. */
export function averageRate(since: Snapshot, now: number, request: RequestPosition): number {
  return (request.weightBefore - since.weight) / Math.max(1, now - since.at);
}

/** Creates the snapshot that starts at a request. The request itself counts as sent after it. */
export function snapshotOf(now: number, { weightBefore, requestsBefore }: RequestPosition): Snapshot {
  return { at: now, weight: weightBefore, requests: requestsBefore };
}
