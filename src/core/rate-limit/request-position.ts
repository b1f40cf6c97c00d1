/** How requests are counted, in whatever unit is limited. Pure. */

/** How a request stands among those sent, in the unit that is limited. */
export interface Standing {
  /** What it weighs. */
  readonly weight: number;
  /** What all requests before it weigh, since the throttle began. */
  readonly weightBefore: number;
  /** How many they are. */
  readonly requestsBefore: number;
  /** What of `weightBefore` was let in, as far as is known. */
  readonly admittedBefore: number;
}

/** Where a span begins: a refusal, or the beginning of traffic. */
export interface Mark {
  readonly at: number;
  readonly weight: number;
  readonly requests: number;
}

/** Requests since a mark, times seconds. */
export function passed(mark: Mark, now: number, requestsBefore: number): number {
  return ((requestsBefore - mark.requests) * (now - mark.at)) / 1000;
}

/** What was let in per millisecond since a mark. */
export function average(mark: Mark, now: number, refused: Standing): number {
  return (refused.weightBefore - mark.weight) / Math.max(1, now - mark.at);
}

/** From this request on. */
export function markOf(now: number, { weightBefore, requestsBefore }: Standing): Mark {
  return { at: now, weight: weightBefore, requests: requestsBefore };
}
