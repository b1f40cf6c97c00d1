/** Real traffic over real sockets: lists, queries, streams, rankings, failures and aborts. */

import { inspect } from "node:util";
import { createEmulator } from "../../../src/emulator/index.js";
import { Embedder, isTogetherError, Reranker } from "../../../src/index.js";
import { Chance } from "../simulation/jobs/chance.js";
import { corpus, MODEL, RERANK, SERVED, wrongVectors } from "../../e2e/faults/vectors.js";
import type { Memory } from "./memory.js";

export interface RealReport {
  readonly calls: number;
  readonly requests: number;
  readonly rateLimited: number;
  readonly failed: number;
  readonly givenUp: number;
}

/** One call of the package. The signal aborts it. */
type Call = (signal: AbortSignal) => Promise<unknown>;

export async function realTraffic(
  minutes: number,
  memory: Memory,
): Promise<{ report: RealReport; problems: string[] }> {
  const chance = new Chance(1);
  const emulator = createEmulator({
    ...SERVED,
    latency: () => chance.whole(1, 30),
    limits: { requestsPerSecond: 200 },
    faults: () => (chance.holds(0.02) ? chance.pick(["reset", "half", { status: 503 }]) : undefined),
    keepRequests: 100,
  });
  const server = await emulator.listen();
  const problems: string[] = [];
  const calls = callsAt(server.url, problems);
  const counts = { calls: 0, failed: 0, givenUp: 0 };
  // One signal for the whole run, like the shutdown signal of a server.
  const life = new AbortController();
  const endsAt = performance.now() + minutes * 60_000;
  const caller = async (): Promise<void> => {
    while (performance.now() < endsAt) {
      const signal = chance.holds(0.1) ? AbortSignal.timeout(chance.whole(1, 60)) : life.signal;
      counts.calls += 1;
      const error = await failureOf(chance.pick(calls), signal);
      if (error === undefined) continue;
      if (signal.aborted && error === signal.reason) counts.givenUp += 1;
      else if (isTogetherError(error)) counts.failed += 1;
      else problems.push(inspect(error));
    }
  };
  const sampling = setInterval(() => memory.sample(), (minutes * 60_000) / 30);
  await Promise.all(Array.from({ length: 4 }, caller));
  clearInterval(sampling);
  await server.close();
  const { requests, rejected } = emulator.totals;
  return { report: { ...counts, requests, rateLimited: rejected }, problems };
}

function callsAt(baseURL: string, problems: string[]): Call[] {
  const embedder = new Embedder({ model: MODEL, apiKey: "key", baseURL, batchSize: 10 });
  const reranker = new Reranker({ model: RERANK, apiKey: "key", baseURL });
  const texts = corpus(300);
  return [
    async (signal) => {
      const { vectors } = await embedder.embed(texts, { signal });
      if (wrongVectors(texts, vectors).length > 0) problems.push("a list has wrong vectors");
    },
    (signal) => embedder.embedQuery("a query", { signal }),
    (signal) => reranker.rerank("a query", texts.slice(0, 50), String, { signal }),
    async (signal) => {
      for await (const { index } of embedder.embedStream(texts, { signal })) if (index === 100) break;
    },
  ];
}

function failureOf(call: Call, signal: AbortSignal): Promise<unknown> {
  return call(signal).then(
    () => undefined,
    (error: unknown) => error,
  );
}
