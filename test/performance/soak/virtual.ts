/** Days of steady traffic below a limit, in virtual time. The estimated rate must not drift. */

import { createEmulator } from "../../../src/emulator/index.js";
import { Embedder } from "../../../src/index.js";
import { underVirtualTime } from "../simulation/virtual-time.js";
import type { Memory } from "./memory.js";

const REQUESTS_PER_SECOND = 20;
const TEXTS = 300;

/** The largest allowed time of the last quarter over that of the first. */
const MAX_DRIFT = 1.3;

export interface VirtualReport {
  readonly virtualHours: number;
  readonly requests: number;
  readonly rateLimitedShare: number;
  /** Average time of a list over the shortest time that the limit allows, in the first and in the last quarter. */
  readonly first: number;
  readonly last: number;
}

/** Sends a list and a query every half minute of virtual time. @param minutes - Real minutes. */
export async function virtualDays(
  minutes: number,
  memory: Memory,
): Promise<{ report: VirtualReport; problems: string[] }> {
  // Virtual time does not replace this clock.
  const endsAt = process.uptime() + minutes * 60;
  const { result, timersLeft } = await underVirtualTime(1, async () => {
    const emulator = createEmulator({
      models: { m: { type: "embedding", dimensions: 8 } },
      embed: (texts) => texts.map(() => [1, 2, 3, 4, 5, 6, 7, 8]),
      latency: 50,
      limits: { requestsPerSecond: REQUESTS_PER_SECOND, algorithm: "token-bucket", reset: "rounded" },
      keepRequests: 100,
      keepBodies: false,
    });
    const embedder = new Embedder({ model: "m", apiKey: "key", fetch: emulator.fetch, batchSize: 1 });
    const times: number[] = [];
    while (process.uptime() < endsAt) {
      times.push(await tenMinutes(embedder));
      memory.sample();
    }
    return { times, ...emulator.totals, inFlight: emulator.inFlight };
  });
  const { times, requests, rejected, inFlight } = result;
  const quarter = Math.max(1, Math.floor(times.length / 4));
  const [first, last] = [average(times.slice(0, quarter)), average(times.slice(-quarter))];
  const problems = last > MAX_DRIFT * first ? [`the estimated rate drifted from ${first} to ${last}`] : [];
  if (timersLeft > 0) problems.push(`${timersLeft} timers are left`);
  if (inFlight > 0) problems.push(`${inFlight} requests are left`);
  const rateLimitedShare = rejected / requests;
  return {
    report: { virtualHours: Math.round(times.length / 6), requests, rateLimitedShare, first, last },
    problems,
  };
}

async function tenMinutes(embedder: Embedder): Promise<number> {
  const texts = Array.from({ length: TEXTS }, (_, index) => `text ${index}`);
  const times: number[] = [];
  for (let list = 0; list < 20; list++) {
    const startedAt = performance.now();
    const [{ vectors }] = await Promise.all([embedder.embed(texts), embedder.embedQuery("a query")]);
    if (vectors.length !== TEXTS) throw new Error("vectors are missing");
    const took = performance.now() - startedAt;
    times.push(took / ((TEXTS * 1000) / REQUESTS_PER_SECOND));
    await new Promise((resolve) => void setTimeout(resolve, Math.max(0, 30_000 - took)));
  }
  return average(times);
}

function average(values: readonly number[]): number {
  return Math.round((1000 * values.reduce((sum, value) => sum + value, 0)) / values.length) / 1000;
}
