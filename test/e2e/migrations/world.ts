import { vi } from "vitest";
import {
  createEmulator,
  emulatedModels,
  type Emulator,
  type EmulatorOptions,
} from "../../../src/emulator/index.js";

export const KEY = "right";
export const MODEL = "BAAI/bge-large-en-v1.5";
export const RERANKER = "Salesforce/Llama-Rank-V1";

const THINGS = ["bees", "rust", "ferns", "tides", "bread", "glass", "owls", "salt", "moss", "clocks"];
const DEEDS = ["need light", "grow slowly", "keep warm", "break early", "taste of iron", "sleep by day"];

/** A thousand different passages. */
export const texts = Array.from(
  { length: 1000 },
  (_, place) => `${THINGS[place % 10]} ${DEEDS[place % 6]} in the year ${1000 + place}`,
);
export const question = "What do bees need in the year 1060?";

/**
 * Replaces the global `fetch` by an emulator, at every address. At Cohere's address it replaces Cohere, which has the
 * same path and the same fields except for one argument. The emulated Cohere model returns the scores of Together's.
 */
export function stubNetwork(options: EmulatorOptions = {}): Emulator {
  const models = { ...emulatedModels, "rerank-v3.5": { type: "rerank" } as const };
  const emulator = createEmulator({ apiKey: KEY, models, ...options });
  vi.stubGlobal("fetch", (input: string | URL | Request, init: RequestInit = {}) => {
    const isCohere = String(input).startsWith("https://api.cohere.com/");
    return emulator.fetch(input, isCohere ? { ...init, body: asTogether(String(init.body)) } : init);
  });
  return emulator;
}

/** Removes the argument that only Cohere accepts: the emulator rejects unknown arguments, as Together does. */
function asTogether(request: string): string {
  return JSON.stringify({ ...JSON.parse(request), max_chunks_per_doc: undefined });
}

/** Returns the requests that `work` sends. */
export async function capturedRequests(work: () => Promise<unknown>): Promise<Request[]> {
  const { fetch } = globalThis;
  const requests: Request[] = [];
  vi.stubGlobal("fetch", (input: string | URL | Request, init?: RequestInit) => {
    requests.push(new Request(input, init));
    return fetch(input, init);
  });
  await work();
  return requests;
}

/** Sets these environment variables to the key, and removes other stubs. */
export function keys(...names: readonly string[]): void {
  vi.unstubAllEnvs();
  for (const name of names) vi.stubEnv(name, KEY);
}

/** Returns the body of a request; by default, of the first. */
export function body(emulator: Emulator, place = 0): Record<string, unknown> {
  return emulator.requests[place]?.body as Record<string, unknown>;
}

/** Returns the highest number of requests in flight. The emulator's latency is 5 ms. */
export async function peakOf(work: () => Promise<unknown>): Promise<number> {
  let peak = 0;
  const emulator: Emulator = stubNetwork({
    latency: () => {
      peak = Math.max(peak, emulator.inFlight);
      return 5;
    },
  });
  await work();
  return peak;
}
