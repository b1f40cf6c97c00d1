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

/** A thousand passages, no two of them equal. */
export const texts = Array.from(
  { length: 1000 },
  (_, place) => `${THINGS[place % 10]} ${DEEDS[place % 6]} in the year ${1000 + place}`,
);
export const question = "What do bees need in the year 1060?";

/**
 * The only network of a test: an emulator, at every address. At Cohere's it stands in for Cohere: the path and the
 * fields are the same there, but for one argument, and its model scores as ours does.
 */
export function world(options: EmulatorOptions = {}): Emulator {
  const models = { ...emulatedModels, "rerank-v3.5": { type: "rerank" } as const };
  const emulator = createEmulator({ apiKey: KEY, models, ...options });
  vi.stubGlobal("fetch", (input: string | URL | Request, init: RequestInit = {}) => {
    const isCohere = String(input).startsWith("https://api.cohere.com/");
    return emulator.fetch(input, isCohere ? { ...init, body: asTogether(String(init.body)) } : init);
  });
  return emulator;
}

/** What only Cohere takes is left out: the emulator refuses unknown arguments, as Together does. */
function asTogether(request: string): string {
  return JSON.stringify({ ...JSON.parse(request), max_chunks_per_doc: undefined });
}

/** The requests of some work, as they leave. */
export async function overheard(work: () => Promise<unknown>): Promise<Request[]> {
  const { fetch } = globalThis;
  const requests: Request[] = [];
  vi.stubGlobal("fetch", (input: string | URL | Request, init?: RequestInit) => {
    requests.push(new Request(input, init));
    return fetch(input, init);
  });
  await work();
  return requests;
}

/** Sets the keys that are named, and no other. */
export function keys(...names: readonly string[]): void {
  vi.unstubAllEnvs();
  for (const name of names) vi.stubEnv(name, KEY);
}

/** The body of a request, by default the first. */
export function body(emulator: Emulator, place = 0): Record<string, unknown> {
  return emulator.requests[place]?.body as Record<string, unknown>;
}

/** How many requests were under way at once, at most, while each took a moment. */
export async function peakOf(work: () => Promise<unknown>): Promise<number> {
  let peak = 0;
  const emulator: Emulator = world({
    latency: () => {
      peak = Math.max(peak, emulator.inFlight);
      return 5;
    },
  });
  await work();
  return peak;
}
