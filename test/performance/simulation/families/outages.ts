/** One outage of the whole server in the middle of a job. */

import type { Fault } from "../../../../src/emulator/index.js";
import { CEILING, type Scenario } from "../scenarios.js";

const RTT = 20;
const SERVICE_MS = 180;
const DURATIONS_SECONDS = [0.2, 0.5, 1, 2, 5, 10, 30, 60];
const FAULTS: Readonly<Record<string, Fault>> = { "503": { status: 503 }, "lost connections": "reset" };

/** Requests of each job, and the start of the outage. At least a third of the requests are left then. */
const JOBS = [
  { requests: 40, fromMs: 150, spreadMs: 200 },
  { requests: 160, fromMs: 500, spreadMs: 800 },
  { requests: 1600, fromMs: 3000, spreadMs: 2000 },
];

export function outages(): Scenario[] {
  return Object.entries(FAULTS).flatMap(([words, fault]) =>
    JOBS.flatMap((job) => DURATIONS_SECONDS.map((seconds) => outage(words, fault, job, seconds))),
  );
}

function outage(words: string, fault: Fault, job: (typeof JOBS)[number], seconds: number): Scenario {
  const { requests, fromMs, spreadMs } = job;
  const durationMs = seconds * 1000;
  return {
    name: `outage of ${seconds} s by ${words}`,
    options: () => ({ serviceTime: SERVICE_MS }),
    rtt: RTT,
    requests,
    outage: { fromMs, spreadMs, durationMs, fault },
    seedFactor: 2,
    idealMs: durationMs + Math.ceil(requests / CEILING) * (RTT + SERVICE_MS),
    goals: { failed: 0, resumeMs: seconds < 5 ? 1000 : 8000, outageRequests: CEILING + 20 },
  };
}
