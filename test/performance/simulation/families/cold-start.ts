/** A dedicated endpoint that has scaled to zero: 503 until it has started. */

import type { Fault } from "../../../../src/emulator/index.js";
import { CEILING, type Scenario } from "../scenarios.js";

const RTT = 20;
const SERVICE_MS = 180;

export function coldStarts(): Scenario[] {
  return [157, 1600].flatMap((requests) => [
    coldStart(8, requests, 1.5),
    coldStart(60, requests, 1.2),
    coldStart(60, requests, 1.2, { status: 503, headers: { "retry-after": "5" } }),
  ]);
}

function coldStart(seconds: number, requests: number, timeOverIdeal: number, fault?: Fault): Scenario {
  const duration = seconds * 1000;
  return {
    name: `cold start of ${seconds} s${fault ? ", retry-after 5" : ""}`,
    options: () => ({ serviceTime: SERVICE_MS, coldStart: { duration, ...(fault && { fault }) } }),
    rtt: RTT,
    requests,
    idealMs: duration + Math.ceil(requests / CEILING) * (RTT + SERVICE_MS),
    goals: { failed: 0, ...(requests >= 1600 && { timeOverIdeal }) },
  };
}
