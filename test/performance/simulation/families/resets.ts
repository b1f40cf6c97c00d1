/** A bucket whose 429s have resets of a wrong clock, in another unit, or with wrong values. */

import type { RateLimitOptions } from "../../../../src/emulator/index.js";
import type { Scenario } from "../scenarios.js";

const RTT = 20;
const RATE = 20;
/** Seconds by which the server's clock is ahead of the client's. */
const SKEWS_SECONDS = [30, 60, 150, -60];

type Reset = NonNullable<RateLimitOptions["reset"]>;

export function resets(): Scenario[] {
  return [157, 1600].flatMap((requests) => [
    ...SKEWS_SECONDS.map((seconds) => wrongClock("date", seconds, requests)),
    wrongClock("epoch", 60, requests),
    wrongClock("epoch", -60, requests),
    {
      ...bucket("epoch in milliseconds", () => "epoch-ms", 0, requests),
      idealMs: bucket("epoch", () => "epoch", 0, requests),
      goals: { failed: 0, timeOverIdeal: 1.15 },
    },
    wrongReset("always 60", () => 60, requests),
    wrongReset("always 0.1", () => 0.1, requests),
    wrongReset("up to 0.1 s too long", (random) => (seconds) => seconds + 0.1 * random(), requests),
    wrongReset("0.5 to 1.5 times as long", (random) => (seconds) => seconds * (0.5 + random()), requests),
  ]);
}

function wrongClock(reset: "date" | "epoch", skewSeconds: number, requests: number): Scenario {
  const direction = skewSeconds > 0 ? "behind" : "ahead";
  const right = bucket(reset, () => reset, 0, requests);
  return {
    ...bucket(
      `${reset}, client's clock ${Math.abs(skewSeconds)} s ${direction}`,
      () => reset,
      skewSeconds,
      requests,
    ),
    idealMs: right,
    goals: { failed: 0, timeOverIdeal: 1.15 },
  };
}

function wrongReset(name: string, reset: (random: () => number) => Reset, requests: number): Scenario {
  return {
    ...bucket(name, reset, 0, requests),
    idealMs: Math.max(0, (requests - RATE) / RATE) * 1000 + RTT,
    goals: { failed: 0, timeOverIdeal: requests >= 1600 ? 1.4 : 1.6 },
  };
}

/** Creates the bucket. @param skewSeconds - Seconds by which the server's clock is ahead of the client's. */
function bucket(
  name: string,
  reset: (random: () => number) => Reset,
  skewSeconds: number,
  requests: number,
): Scenario {
  return {
    name: `bucket ${RATE}/s, reset ${name}`,
    options: (random) => ({
      limits: { requestsPerSecond: RATE, burst: RATE, header: "retry-after", reset: reset(random) },
      clockSkew: skewSeconds * 1000,
    }),
    rtt: RTT,
    requests,
    idealMs: Number.NaN,
    goals: {},
  };
}
