/** The rate of a server that names its waits exactly, not in whole seconds. Pure. */

import type { RequestPosition } from "./request-position.js";

/** When there will be room for how much, after what was accepted before. */
export interface Wait {
  readonly until: number;
  readonly weight: number;
  readonly accepted: number;
}

/** The wait that the 429 of a request named. */
export function waitOf(until: number, { weight, acceptedBefore }: RequestPosition): Wait {
  return { until, weight, accepted: acceptedBefore };
}

/** Less than a whole second is exact, and if it is short, it is how long a bucket takes to refill for this request. */
export function isExact(reset: number | undefined): reset is number {
  return reset !== undefined && reset % 1000 !== 0;
}

/** What a bucket refilled, in how many milliseconds. */
export interface Refill {
  readonly weight: number;
  readonly ms: number;
}

/**
 * What was accepted between two exact waits is what the bucket refilled from the end of one to the end of the other,
 * however full it was. `undefined` where it cannot be told.
 */
export function refillBetween(from: Wait, to: Wait): Refill | undefined {
  const weight = to.accepted - from.accepted + to.weight - from.weight;
  const ms = to.until - from.until;
  return weight > 0 && ms > 0 ? { weight, ms } : undefined;
}
