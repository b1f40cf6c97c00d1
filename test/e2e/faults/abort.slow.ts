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

/** What an abort may take, in milliseconds. */
const AT_ONCE_MS = 50;

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

/** A state that a call can be in, and how to bring it there. */
interface State {
  readonly faults?: Faults;
  /** Whether the call is in the state by now. */
  readonly reached: (seen: Seen) => boolean;
  /** Another call that is in the way. */
  readonly before?: boolean;
  /** Whether a request is under way. */
  readonly inFlight?: boolean;
}

interface Seen {
  readonly events: readonly TogetherEvent[];
  readonly emulator: Emulator;
  readonly answers: number;
}

const told = ({ events }: Seen, type: TogetherEvent["type"]): boolean =>
  events.some((event) => event.type === type);

const STATES: Readonly<Record<string, State>> = {
  queued: {
    faults: () => "hang",
    inFlight: true,
    before: true,
    reached: ({ emulator }) => emulator.inFlight === 1,
  },
  "delayed after a 429": {
    faults: () => ({ status: 429, headers: { "x-ratelimit-reset": "30" } }),
    reached: (seen) => told(seen, "rate-limited"),
  },
  "backing off": {
    faults: () => ({ status: 503, headers: { "retry-after": "30" } }),
    reached: (seen) => told(seen, "retry"),
  },
  "waiting for a response": {
    faults: () => "hang",
    inFlight: true,
    reached: ({ emulator }) => emulator.inFlight === 1,
  },
  reading: { faults: () => "endless", inFlight: true, reached: ({ answers }) => answers === 1 },
};

const table: Record<string, Record<string, number>> = {};
afterAll(() => console.table(table));

/** Milliseconds from the abort until the call has rejected with the signal's reason. */
async function timeOfAbort(call: Promise<unknown>, controller: AbortController): Promise<number> {
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

describe.each(Object.entries(STATES))("abort while %s", (name, { faults, reached, before, inFlight }) => {
  it.each(Object.entries(CALLS))("rejects %s at once, and closes its socket", async (kind, call) => {
    const emulator = createEmulator({ ...SERVED, ...(faults && { faults }) });
    const server = await emulator.listen();
    const proxy = await openProxy(server.port, new Chance(1), 0);
    const events: TogetherEvent[] = [];
    let answers = 0;
    const counted: Fetch = async (input, init) => {
      const response = await fetch(input, init);
      answers += 1;
      return response;
    };
    const callers = callersOf({
      apiKey: "key",
      baseURL: `http://127.0.0.1:${proxy.port}/v1`,
      maxConcurrency: 1,
      fetch: counted,
      onEvent: (event) => events.push(event),
    });
    const other = new AbortController();
    const inTheWay = before ? call(callers, other.signal).catch(() => {}) : undefined;
    const controller = new AbortController();
    const running = call(callers, controller.signal);
    running.catch(() => {});
    await vi.waitFor(() => expect(reached({ events, emulator, answers })).toBe(true), {
      timeout: 10_000,
      interval: 5,
    });
    const took = await timeOfAbort(running, controller);
    (table[name] ??= {})[kind] = Math.round(took * 10) / 10;
    expect(took).toBeLessThan(AT_ONCE_MS);
    other.abort();
    await inTheWay;
    // Node's fetch then opens another, for whatever may come next; one without a request on it may stay.
    await vi.waitFor(() => expect(proxy.ended()).toBe(inFlight ? 1 : 0), { timeout: 1000, interval: 5 });
    await vi.waitFor(() => expect(emulator.inFlight).toBe(0), { timeout: 1000, interval: 5 });
    await proxy.close();
    await server.close();
  });
});

describe("abort while connecting", () => {
  it.each(Object.entries(CALLS))("rejects %s at once", async (kind, call) => {
    let connections = 0;
    // It takes the connection and never answers what TLS asks first: no request can leave.
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
    const took = await timeOfAbort(running, controller);
    (table["connecting"] ??= {})[kind] = Math.round(took * 10) / 10;
    expect(took).toBeLessThan(AT_ONCE_MS);
    server.close();
  });
});
