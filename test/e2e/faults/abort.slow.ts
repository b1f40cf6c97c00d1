import { createServer } from "node:net";
import { afterAll, describe, expect, it, vi } from "vitest";
import { createEmulator, type Emulator, type Faults } from "../../../src/emulator/index.js";
import {
  Embedder,
  Reranker,
  type Fetch,
  type SharedOptions,
  type TogetherEvent,
} from "../../../src/index.js";
import { Chance } from "../../performance/simulation/jobs/chance.js";
import { openProxy } from "./proxy.js";
import { MODEL, RERANK, SERVED } from "./vectors.js";

/** The longest time from an abort to the rejection. */
const MAX_ABORT_MS = 50;

const reason = new Error("enough");

interface Callers {
  readonly embedder: Embedder;
  readonly reranker: Reranker;
}

type Call = (callers: Callers, signal: AbortSignal) => Promise<unknown>;

const CALLS: Readonly<Record<string, Call>> = {
  embed: ({ embedder }, signal) => embedder.embed(["a", "b"], { signal }),
  embedStream: ({ embedder }, signal) => embedder.embedStream(["a", "b"], { signal }).next(),
  embedQuery: ({ embedder }, signal) => embedder.embedQuery("a", { signal }),
  rank: ({ reranker }, signal) => reranker.rerank("q", ["a", "b"], String, { signal }),
};

/** A state of a call, and how to bring the call into it. */
interface State {
  readonly faults?: Faults;
  /** Whether the call is in the state. */
  readonly reached: (seen: Seen) => boolean;
  /** Another call takes the only permit first. */
  readonly isBlocked?: boolean;
  /** Whether a request is in flight. */
  readonly inFlight?: boolean;
}

interface Seen {
  readonly events: readonly TogetherEvent[];
  readonly emulator: Emulator;
  readonly responses: number;
}

const hasEvent = ({ events }: Seen, type: TogetherEvent["type"]): boolean =>
  events.some((event) => event.type === type);

const STATES: Readonly<Record<string, State>> = {
  queued: {
    faults: () => "hang",
    inFlight: true,
    isBlocked: true,
    reached: ({ emulator }) => emulator.inFlight === 1,
  },
  "delayed after a 429": {
    faults: () => ({ status: 429, headers: { "x-ratelimit-reset": "30" } }),
    reached: (seen) => hasEvent(seen, "rate-limited"),
  },
  "backing off": {
    faults: () => ({ status: 503, headers: { "retry-after": "30" } }),
    reached: (seen) => hasEvent(seen, "retry"),
  },
  "waiting for a response": {
    faults: () => "hang",
    inFlight: true,
    reached: ({ emulator }) => emulator.inFlight === 1,
  },
  reading: { faults: () => "endless", inFlight: true, reached: ({ responses }) => responses === 1 },
};

/** Milliseconds by state and method. */
const table: Record<string, Record<string, number>> = {};
afterAll(() => console.table(table));

/** Aborts a call, and returns the milliseconds until it rejects with the signal's reason. */
async function abortTimeMs(call: Promise<unknown>, controller: AbortController): Promise<number> {
  const startedAt = performance.now();
  controller.abort(reason);
  await expect(call).rejects.toBe(reason);
  return performance.now() - startedAt;
}

function callersOf(options: Omit<SharedOptions, "model">): Callers {
  return {
    embedder: new Embedder({ model: MODEL, ...options }),
    reranker: new Reranker({ model: RERANK, ...options }),
  };
}

describe.each(Object.entries(STATES))("abort while %s", (name, { faults, reached, isBlocked, inFlight }) => {
  it.each(Object.entries(CALLS))("rejects %s at once, and closes its socket", async (kind, call) => {
    const emulator = createEmulator({ ...SERVED, ...(faults && { faults }) });
    const server = await emulator.listen();
    const proxy = await openProxy(server.port, new Chance(1), 0);
    const events: TogetherEvent[] = [];
    let responses = 0;
    const counted: Fetch = async (input, init) => {
      const response = await fetch(input, init);
      responses += 1;
      return response;
    };
    const callers = callersOf({
      apiKey: "key",
      baseURL: `http://127.0.0.1:${proxy.port}/v1`,
      maxConcurrency: 1,
      fetch: counted,
      onEvent: (event) => events.push(event),
    });
    const otherController = new AbortController();
    const blocking = isBlocked ? call(callers, otherController.signal).catch(() => {}) : undefined;
    const controller = new AbortController();
    const running = call(callers, controller.signal);
    running.catch(() => {});
    await vi.waitFor(() => expect(reached({ events, emulator, responses })).toBe(true), {
      timeout: 10_000,
      interval: 5,
    });
    const elapsedMs = await abortTimeMs(running, controller);
    (table[name] ??= {})[kind] = Math.round(elapsedMs * 10) / 10;
    expect(elapsedMs).toBeLessThan(MAX_ABORT_MS);
    otherController.abort();
    await blocking;
    // Node's fetch then opens another connection in advance. A connection without a request may stay open.
    await vi.waitFor(() => expect(proxy.ended()).toBe(inFlight ? 1 : 0), { timeout: 1000, interval: 5 });
    await vi.waitFor(() => expect(emulator.inFlight).toBe(0), { timeout: 1000, interval: 5 });
    await proxy.close();
    await server.close();
  });
});

describe("abort while connecting", () => {
  it.each(Object.entries(CALLS))("rejects %s at once", async (kind, call) => {
    let connections = 0;
    // The server accepts the connection, but does not respond to the TLS handshake. No request can be sent.
    const server = createServer((socket) => {
      connections += 1;
      socket.on("error", () => {}).resume();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const controller = new AbortController();
    const running = call(
      callersOf({ apiKey: "key", baseURL: `https://127.0.0.1:${port}/v1` }),
      controller.signal,
    );
    running.catch(() => {});
    await vi.waitFor(() => expect(connections).toBe(1), { timeout: 10_000, interval: 5 });
    const elapsedMs = await abortTimeMs(running, controller);
    (table["connecting"] ??= {})[kind] = Math.round(elapsedMs * 10) / 10;
    expect(elapsedMs).toBeLessThan(MAX_ABORT_MS);
    server.close();
  });
});
