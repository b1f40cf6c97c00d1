/** Situations without a known good solution. They have no goals. */

import { TokenBucket } from "../../../../src/emulator/rate-limit/meters.js";
import type { EmulatorOptions, LimitRule } from "../../../../src/emulator/index.js";
import { CEILING, type Goals, type Scenario } from "../scenarios.js";

const RTT = 20;
const SERVICE_MS = 200;
const NODES = 20;
const RATE = 20;
const NODE_RATE = 2;
/** Failed calls are printed and miss no goal. */
const GOALS: Goals = { failed: Infinity };

export function research(): Scenario[] {
  return [157, 1600].flatMap((requests) => {
    const atCeiling = (ms: number): number => Math.ceil(requests / CEILING) * ms;
    const atRate = ((requests - RATE) / RATE) * 1000 + RTT;
    return [
      ...[0.01, 0.02].map((share) =>
        scenario(
          `random 429s of ${share * 100} % without a limit`,
          (random) => ({ limits: { randomShare: share, reset: "none" }, random }),
          atCeiling(RTT),
          requests,
        ),
      ),
      ...[2, 4, 8].map((workers) =>
        scenario(
          `429 above a concurrency of ${workers}`,
          () => ({ workers, serviceTime: SERVICE_MS, maxQueue: 0, queueFull: { status: 429 } }),
          (requests * (SERVICE_MS + RTT)) / workers,
          requests,
        ),
      ),
      ...(["rounded", "exact", "none"] as const).map((reset) => ({
        ...scenario(`a query each 0.5 s beside a bucket, reset ${reset}`, bucket(reset), atRate, requests),
        queries: true,
      })),
      {
        ...scenario(`bucket ${RATE}/s, reset rounded`, bucket("rounded"), atRate, requests),
        processes: NODES,
      },
      scenario(
        `${NODES} nodes of ${NODE_RATE}/s with random routing`,
        (random) => ({ limits: randomNodes(random) }),
        (requests / (NODES * NODE_RATE) - 1) * 1000 + RTT,
        requests,
      ),
    ].filter(({ processes = 1 }) => requests >= 1600 || processes === 1);
  });
}

function scenario(
  name: string,
  options: (random: () => number) => EmulatorOptions,
  idealMs: number,
  requests: number,
): Scenario & { readonly processes?: number } {
  return { name, options, rtt: RTT, requests, idealMs, goals: GOALS };
}

function bucket(reset: "rounded" | "exact" | "none"): () => EmulatorOptions {
  return () => ({ limits: { requestsPerSecond: RATE, burst: RATE, reset } });
}

/** Routes each request to a random node. Each node has its own limit. */
function randomNodes(random: () => number): LimitRule {
  const nodes = Array.from({ length: NODES }, () => new TokenBucket());
  const quota = { rate: NODE_RATE, capacity: NODE_RATE, windowSeconds: 1 };
  return (_, now) => {
    const node = nodes[Math.floor(random() * NODES)] as TokenBucket;
    const waitSeconds = node.wait(quota, 1, now);
    if (waitSeconds > 0) return { waitSeconds: Math.ceil(waitSeconds) };
    node.consume(quota, 1, now);
    return undefined;
  };
}
