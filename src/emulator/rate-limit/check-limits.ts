import type { LimitRule, RateLimitOptions } from "./limiter.js";
import { checkReset } from "./reset.js";

const POSITIVE = ["requestsPerSecond", "tokensPerSecond", "windowSeconds", "burst"] as const;

/** @throws RangeError if a number of a rate limit is out of range; TypeError if there is no such format of a reset. */
export function checkLimits(limits: RateLimitOptions | LimitRule | undefined, action: string): void {
  if (typeof limits !== "object") return;
  for (const name of POSITIVE) {
    const value = limits[name];
    if (value !== undefined && !(value > 0)) {
      throw new RangeError(`Cannot ${action}: limits.${name} is ${value}; give a number above 0`);
    }
  }
  checkRange("status", limits.status, 400, 599, action);
  checkRange("randomShare", limits.randomShare, 0, 1, action);
  checkReset(limits.reset, action);
}

function checkRange(
  name: string,
  value: number | undefined,
  least: number,
  most: number,
  action: string,
): void {
  if (value === undefined || (value >= least && value <= most)) return;
  throw new RangeError(
    `Cannot ${action}: limits.${name} is ${value}; give a number from ${least} to ${most}`,
  );
}
