/** Workers with an unlimited queue. The client must find the concurrency, because `maxConcurrency` is not set. */

import type { Scenario } from "../scenarios.js";

const RTT = 20;
const SERVICE_MS = 200;
const REQUESTS = 1600;

export function capacity(): Scenario[] {
  return [2, 8, 32, 64, 128].map((workers) => ({
    ...working(workers),
    idealMs: { ...working(workers), client: { batchSize: 1, maxConcurrency: concurrencyFor(workers) } },
    goals: { failed: 0, timeOverIdeal: 1.3, p95OverLone: 2.5 },
  }));
}

/** Returns the concurrency that keeps all workers busy, including requests on the network (Little's law). */
function concurrencyFor(workers: number): number {
  return Math.ceil((workers * (RTT + SERVICE_MS)) / SERVICE_MS);
}

function working(workers: number): Scenario {
  return {
    name: `${workers} workers, ${SERVICE_MS} ms, maxConcurrency not set`,
    options: () => ({ workers, serviceTime: SERVICE_MS }),
    rtt: RTT,
    requests: REQUESTS,
    client: { batchSize: 1 },
    loneMs: RTT + SERVICE_MS,
    idealMs: Number.NaN,
    goals: {},
  };
}
