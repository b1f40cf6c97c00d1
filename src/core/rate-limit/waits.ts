/** What a server tells of its rate that names its waits exactly, not in whole seconds. Pure. */

import type { Standing } from "./request-position.js";

/** When there will be room for how much, after what was let in before. */
export interface Wait {
  readonly until: number;
  readonly weight: number;
  readonly admitted: number;
}

/** The wait that a refused request was told of. */
export function waitOf(until: number, { weight, admittedBefore }: Standing): Wait {
  return { until, weight, admitted: admittedBefore };
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
 * What was let in between two exact waits is what the bucket refilled from the end of one to the end of the other,
 * however full it was. `undefined` where it cannot be told.
 */
export function refillBetween(from: Wait, to: Wait): Refill | undefined {
  const weight = to.admitted - from.admitted + to.weight - from.weight;
  const ms = to.until - from.until;
  return weight > 0 && ms > 0 ? { weight, ms } : undefined;
}
