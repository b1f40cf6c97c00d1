/** A server that responds with 503 when it is full: by its queue, its concurrency, or a token bucket. */

import type { EmulatorOptions, Fault } from "../../../../src/emulator/index.js";
import { CEILING, type Scenario } from "../scenarios.js";

const RTT = 20;
const SERVICE_MS = 200;
const WORKERS = 8;
const RATE = WORKERS / (SERVICE_MS / 1000);
const BUSY: Fault = { status: 503 };
const BUSY_FOR_A_SECOND: Fault = { status: 503, headers: { "retry-after": "1" } };

export function saturation(): Scenario[] {
  return [157, 1600].flatMap((requests) => [
    full("a queue of 4", pool(4, BUSY), requests),
    full("a queue of 4, retry-after", pool(4, BUSY_FOR_A_SECOND), requests),
    full("no queue", pool(0, BUSY), requests),
    full("no queue, retry-after", pool(0, BUSY_FOR_A_SECOND), requests),
    full(`bucket of ${RATE}/s`, bucket("none"), requests),
    full(`bucket of ${RATE}/s, retry-after`, bucket("rounded"), requests),
    { ...full("no queue, maxConcurrency not set", pool(0, BUSY), requests), client: { batchSize: 1 } },
  ]);
}

function full(name: string, options: EmulatorOptions, requests: number): Scenario {
  return {
    name: `503 when full: ${name}`,
    options: () => options,
    rtt: RTT,
    requests,
    idealMs: Math.max(
      (requests * SERVICE_MS) / WORKERS + RTT,
      Math.ceil(requests / CEILING) * (RTT + SERVICE_MS),
    ),
    goals: { failed: 0, ...(requests >= 1600 && { timeOverIdeal: 1.25, rejectedShare: 0.2 }) },
  };
}

function pool(maxQueue: number, queueFull: Fault): EmulatorOptions {
  return { workers: WORKERS, serviceTime: SERVICE_MS, maxQueue, queueFull };
}

function bucket(reset: "none" | "rounded"): EmulatorOptions {
  const limits = {
    requestsPerSecond: RATE,
    burst: WORKERS,
    status: 503,
    header: "retry-after",
    reset,
  } as const;
  return { serviceTime: SERVICE_MS, limits };
}
