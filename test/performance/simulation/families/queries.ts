/** Queries in an outage that does not end. All of them must fail as early as a single one. */

import type { Fault } from "../../../../src/emulator/index.js";
import type { Embedder, EmbedderOptions } from "../../../../src/index.js";
import type { Scenario } from "../scenarios.js";

const RTT = 20;
const QUERIES = 100;
/** The defaults of the client. */
const TIMEOUT_MS = 60_000;
const MAX_RETRIES = 5;
/** The longest delays before the first retries. Later retries have the last delay. */
const BACKOFF_MS = [100, 300, 900, 2700, 8000];

const FAULTS: Readonly<Record<string, Fault>> = { "no response": "hang", "503": { status: 503 } };

export function queries(): Scenario[] {
  return Object.entries(FAULTS).flatMap(([words, fault]) => [
    queriesIn(`${words}, default options`, fault, {}, MAX_RETRIES),
    queriesIn(`${words}, maxRetries 0`, fault, { maxRetries: 0 }, 0),
  ]);
}

function queriesIn(words: string, fault: Fault, client: Partial<EmbedderOptions>, retries: number): Scenario {
  return {
    name: `${QUERIES} queries in an outage: ${words}`,
    options: () => ({ outages: [{ from: 0, to: Infinity, fault }] }),
    rtt: RTT,
    requests: QUERIES,
    calls: (embedder: Embedder) =>
      Array.from({ length: QUERIES }, (_, index) => embedder.embedQuery(`query ${index}`)),
    client,
    idealMs: (retries + 1) * TIMEOUT_MS + backoffMs(retries),
    goals: { failed: QUERIES, timeOverIdeal: retries === 0 ? 1 : 1.1 },
  };
}

function backoffMs(retries: number): number {
  const longest = BACKOFF_MS.at(-1) as number;
  return Array.from({ length: retries }, (_, retry) => BACKOFF_MS[retry] ?? longest).reduce(
    (sum, ms) => sum + ms,
    0,
  );
}
