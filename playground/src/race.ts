import { Embedder } from "together-retrieval";
import { createEmulator, seededRandom, type Emulator } from "together-retrieval/emulator";
import { EventLog, type BreakerState, type LogLine } from "./event-log.js";

export interface Settings {
  readonly requestsPerSecond: number;
  /** Share of the requests that fail with a 503, from 0 to 1. */
  readonly faulty: number;
  /** Whether the servers have an {@link OUTAGE}. */
  readonly outage: boolean;
}

/** A request in the server's log. */
export interface Sent {
  /** Seconds since the start. */
  readonly at: number;
  /** Seconds until the response. */
  readonly duration: number;
  readonly status: number | undefined;
}

export interface Outcome {
  readonly sent: readonly Sent[];
  /** Seconds until the last text has its vector. */
  readonly seconds: number;
}

export interface Progress {
  readonly ours: Outcome;
  readonly plain: Outcome;
  readonly log: readonly LogLine[];
  readonly breaker: BreakerState;
}

export const REQUESTS = 120;

/** When the servers respond with 503 to all requests. Milliseconds since the start. */
export const OUTAGE = { from: 1000, to: 4000 } as const;

export const LATENCY_MS = 60;
export const MODEL = "thenlper/gte-large";
const URL = "https://api.together.ai/v1/embeddings";
const texts = Array.from({ length: REQUESTS }, (_, index) => `Text number ${index}`);

/** Runs both clients, each with its own server. Each request holds one text, so that there are many requests. */
export async function race(
  settings: Settings,
  signal: AbortSignal,
  onProgress: (progress: Progress) => void,
): Promise<void> {
  const log = new EventLog();
  const ours = run(settings, (emulator, start) => embedAll(emulator, log, start, signal));
  const plain = run(settings, (emulator) => sendAll(emulator, signal));
  const show = (): void => {
    if (signal.aborted) return;
    onProgress({ ours: ours.soFar(), plain: plain.soFar(), log: log.lines, breaker: log.breaker });
  };
  const timer = setInterval(show, 100);
  try {
    await Promise.all([ours.done, plain.done]);
  } finally {
    clearInterval(timer);
    show();
  }
}

function run(settings: Settings, client: (emulator: Emulator, start: number) => Promise<void>) {
  const emulator = emulatorWith(settings);
  const start = Date.now();
  let end: number | undefined;
  const soFar = (): Outcome => ({
    sent: emulator.requests.map(({ time, status, duration = 0 }) => ({
      at: (time - start) / 1000,
      duration: duration / 1000,
      status,
    })),
    seconds: ((end ?? Date.now()) - start) / 1000,
  });
  const done = client(emulator, start).then(() => {
    end = Date.now();
  });
  return { soFar, done };
}

function emulatorWith({ requestsPerSecond, faulty, outage }: Settings): Emulator {
  const random = seededRandom(7);
  return createEmulator({
    models: { [MODEL]: { type: "embedding", dimensions: 8 } },
    latency: LATENCY_MS,
    limits: { requestsPerSecond, reset: "exact" },
    faults: () => (random() < faulty ? { status: 503 } : undefined),
    ...(outage && { outages: [OUTAGE] }),
  });
}

async function embedAll(
  { fetch }: Emulator,
  log: EventLog,
  start: number,
  signal: AbortSignal,
): Promise<void> {
  const embedder = new Embedder({
    model: MODEL,
    apiKey: "any",
    fetch,
    batchSize: 1,
    onEvent: (event) => log.add(event, (Date.now() - start) / 1000),
  });
  await embedder.embed(texts, { signal });
}

/** Runs the plain client. It sends all requests at once, and retries each with exponential backoff and jitter. */
async function sendAll(emulator: Emulator, signal: AbortSignal): Promise<void> {
  const random = seededRandom(11);
  await Promise.all(texts.map((text) => sendOne(emulator, text, random, signal)));
}

async function sendOne(
  { fetch }: Emulator,
  text: string,
  random: () => number,
  signal: AbortSignal,
): Promise<void> {
  const body = JSON.stringify({ model: MODEL, input: [text] });
  for (let delay = 250; !signal.aborted; delay = Math.min(8000, delay * 2)) {
    const { ok } = await fetch(URL, { method: "POST", headers: { authorization: "Bearer any" }, body });
    if (ok) return;
    await new Promise((resolve) => setTimeout(resolve, delay * (0.75 + random() / 2)));
  }
}
