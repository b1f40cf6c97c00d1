/** Limits that fall to almost zero and rise again. */

import type { EmulatorOptions, LimitRule } from "../../../../src/emulator/index.js";
import type { Scenario } from "../scenarios.js";

const RTT = 20;
const REQUESTS = [157, 1600];

export function collapses(): Scenario[] {
  return REQUESTS.flatMap((requests) => [
    collapse("429 for 30 s, then 50/s", closedAtFirst, 30 + Math.max(0, requests - 50) / 50, requests, 2),
    collapse(
      "20/s, but 2/s for 10 s of each minute",
      () => ({ limits: varyingBucket(fallingRate) }),
      secondsAt(fallingRate, requests - 20),
      requests,
      1.6,
    ),
    collapse(
      "600 per minute in windows, no reset",
      () => ({
        limits: { requestsPerSecond: 10, algorithm: "fixed-window", windowSeconds: 60, reset: "none" },
      }),
      60 * Math.floor((requests - 1) / 600),
      requests,
      1.3,
    ),
  ]);
}

function collapse(
  name: string,
  options: () => EmulatorOptions,
  idealSeconds: number,
  requests: number,
  timeOverIdeal: number,
): Scenario {
  return {
    name,
    options,
    rtt: RTT,
    requests,
    idealMs: Math.max(idealSeconds * 1000 + RTT, Math.ceil(requests / 16) * RTT),
    goals: { failed: 0, ...(requests >= 1600 && { timeOverIdeal }) },
  };
}

function closedAtFirst(): EmulatorOptions {
  return {
    outages: [{ from: 0, to: 30_000, fault: { status: 429 } }],
    limits: { requestsPerSecond: 50, burst: 50, reset: "none" },
  };
}

function fallingRate(second: number): number {
  return second % 60 < 50 ? 20 : 2;
}

const STEP_SECONDS = 0.01;

/** Creates a bucket of one second whose rate depends on the time. Its resets are whole seconds. */
function varyingBucket(rateAt: (second: number) => number): LimitRule {
  let [level, at] = [rateAt(0), 0];
  return (_, nowMs) => {
    const now = nowMs / 1000;
    for (; at < now; at += STEP_SECONDS) level = Math.min(rateAt(at), level + rateAt(at) * STEP_SECONDS);
    // Sums of floating-point steps are not exact.
    if (level < 1 - 1e-6) return { waitSeconds: Math.ceil((1 - level) / rateAt(now)) };
    level -= 1;
    return undefined;
  };
}

/** Returns the second at which the rate has allowed this many requests. */
function secondsAt(rate: (second: number) => number, requests: number): number {
  let [allowed, second] = [0, 0];
  for (; allowed < requests; second += STEP_SECONDS) allowed += rate(second) * STEP_SECONDS;
  return second;
}
