import { Embedder, type TogetherEvent } from "together-retrieval";
import { createEmulator, seededRandom, type Emulator } from "together-retrieval/emulator";

export interface Settings {
  readonly requestsPerSecond: number;
  /** Share of the requests that fail with a 503, from 0 to 1. */
  readonly faulty: number;
}

/** One request, seen from the server. */
export interface Sent {
  /** Seconds since the start. */
  readonly at: number;
  /** Seconds until its answer. */
  readonly duration: number;
  readonly status: number | undefined;
}

/** An `outage` event of the client. */
export interface OutageReport {
  readonly phase: "begin" | "end";
  /** Seconds since the start. */
  readonly at: number;
  /** Seconds since the outage began. */
  readonly duration: number;
}

export interface Outcome {
  readonly sent: readonly Sent[];
  /** What the client reported of outages. */
  readonly outages: readonly OutageReport[];
  /** Seconds until the last text had its vector. */
  readonly seconds: number;
}

export const REQUESTS = 120;

/** How long an outage lasts. */
const OUTAGE_MS = 3000;

const MODEL = "thenlper/gte-large";
const PATH = "https://api.together.ai/v1/embeddings";
const texts = Array.from({ length: REQUESTS }, (_, place) => `Text number ${place}`);

function emulatorWith({ requestsPerSecond, faulty }: Settings): Emulator {
  const random = seededRandom(7);
  return createEmulator({
    models: { [MODEL]: { type: "embedding", dimensions: 8 } },
    latency: 60,
    limits: { requestsPerSecond, reset: "exact" },
    faults: () => (random() < faulty ? { status: 503 } : undefined),
  });
}

/** Two clients at work. */
export interface Race {
  readonly done: Promise<[ours: Outcome, greedy: Outcome]>;
  /** Starts an outage of {@link OUTAGE_MS} at both servers. */
  startOutage(): void;
}

/** The same work for both, each with a server of its own: one text a request, so that there are many. */
export function race(settings: Settings, onProgress: (ours: Outcome, greedy: Outcome) => void): Race {
  const runs = [run(settings, ours), run(settings, greedy)] as const;
  const show = (): void => onProgress(runs[0].soFar(), runs[1].soFar());
  const timer = setInterval(show, 100);
  const done = Promise.all([runs[0].done, runs[1].done]).finally(() => {
    clearInterval(timer);
    show();
  });
  return { done, startOutage: () => runs.forEach(({ startOutage }) => startOutage()) };
}

type Client = (emulator: Emulator, onEvent: (event: TogetherEvent) => void) => Promise<unknown>;

function run(settings: Settings, client: Client) {
  const emulator = emulatorWith(settings);
  const start = Date.now();
  const outages: OutageReport[] = [];
  const onEvent = (event: TogetherEvent): void => {
    if (event.type !== "outage") return;
    const at = (Date.now() - start) / 1000;
    outages.push({ phase: event.phase, at, duration: event.durationMs / 1000 });
  };
  let end: number | undefined;
  const soFar = (): Outcome => ({
    sent: emulator.requests.map(({ time, status, duration = 0 }) => ({
      at: (time - start) / 1000,
      duration: duration / 1000,
      status,
    })),
    outages,
    seconds: ((end ?? Date.now()) - start) / 1000,
  });
  const done = client(emulator, onEvent).then(() => {
    end = Date.now();
    return soFar();
  });
  return { soFar, done, startOutage: () => emulator.setOutages([{ from: 0, to: OUTAGE_MS }]) };
}

async function ours({ fetch }: Emulator, onEvent: (event: TogetherEvent) => void): Promise<void> {
  const embedder = new Embedder({
    model: MODEL,
    apiKey: "none-is-needed",
    fetch,
    batchSize: 1,
    onEvent,
  });
  await embedder.embed(texts);
}

/** What many clients do: everything at once, and each refused request again after a wait that doubles. */
async function greedy(emulator: Emulator): Promise<void> {
  const random = seededRandom(11);
  await Promise.all(texts.map((text) => untilItPasses(emulator, text, random)));
}

async function untilItPasses({ fetch }: Emulator, text: string, random: () => number): Promise<void> {
  const body = JSON.stringify({ model: MODEL, input: [text] });
  for (let wait = 250; ; wait = Math.min(8000, wait * 2)) {
    const { ok } = await fetch(PATH, { method: "POST", headers: { authorization: "Bearer none" }, body });
    if (ok) return;
    await new Promise((resolve) => setTimeout(resolve, wait * (0.75 + random() / 2)));
  }
}
