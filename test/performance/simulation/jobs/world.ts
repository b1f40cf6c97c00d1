/** The environment of a random job: a server, a network, a clock, and objects that callers share. */

import { createEmulator, type Emulator } from "../../../../src/emulator/index.js";
import { Embedder, Reranker, type Fetch, type TogetherEvent } from "../../../../src/index.js";
import { Chance } from "./chance.js";
import { drawFault, withNetworkFaults } from "./faults.js";
import type { ObjectPlan, Plan } from "./plan.js";
import { storeOf } from "./stores.js";
import { scoreOf, vectorOf } from "./texts.js";

export const EMBEDDING = "me/embedding";
export const RERANK = "me/rerank";
export const KEY = "key-of-the-simulation";
export const ORIGIN = "https://api.together.ai";

type Operation = TogetherEvent["operation"];

/** An embedder and a reranker that the callers of a job share, and their events. */
export interface SharedObject {
  readonly plan: ObjectPlan;
  readonly embedder: Embedder;
  readonly reranker: Reranker;
  readonly events: TogetherEvent[];
  /** Called at every event. */
  readonly listeners: Set<() => void>;
}

export class World {
  readonly emulator: Emulator;
  readonly fetch: Fetch;
  readonly objects: readonly SharedObject[];
  /** Called when a request is sent. */
  readonly listeners = new Set<() => void>();
  /** The times at which requests succeeded, by endpoint. */
  readonly #successes: Record<Operation, number[]> = { embed: [], rerank: [] };
  /** Milliseconds that callers, sources and stores have waited. */
  waited = 0;
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  readonly #plan: Plan;

  constructor(plan: Plan) {
    this.#plan = plan;
    const chance = new Chance(plan.seed ^ 0x5eed);
    this.emulator = this.#server(chance);
    const network = withNetworkFaults(this.emulator.fetch, chance, plan.server);
    this.fetch = async (input, init) => {
      for (const listener of this.listeners) listener();
      return network(input, init);
    };
    this.objects = plan.objects.map((object) => this.#object(object, chance));
  }

  get dimensions(): number {
    return this.#plan.server.dimensions;
  }

  /** Returns when a request last succeeded; `-Infinity` if none has. */
  lastSuccess(operation: Operation): number {
    return this.#successes[operation].at(-1) ?? Number.NEGATIVE_INFINITY;
  }

  /** Returns when a request first succeeded; `Infinity` if none has. */
  firstSuccess(operation: Operation): number {
    return this.#successes[operation][0] ?? Number.POSITIVE_INFINITY;
  }

  /** Waits for virtual time to pass. The promise stays pending if the job ends first. */
  wait(ms: number): Promise<void> {
    this.waited += ms;
    return new Promise((resolve) => this.after(ms, resolve));
  }

  /** Calls a function after a delay. @returns a function that cancels it. */
  after(ms: number, act: () => void): () => void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, ms);
    this.#timers.add(timer);
    return () => {
      clearTimeout(timer);
      this.#timers.delete(timer);
    };
  }

  /** Clears the timers of this object. Every timer that is left is the package's. */
  end(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #server(chance: Chance): Emulator {
    const { server, objects } = this.#plan;
    const { dimensions, latency, limits, maxBatchTexts, maxBatchTokens, tooLargeStatus, base64 } = server;
    const timeout = Math.min(...objects.map((object) => object.timeout));
    return createEmulator({
      models: {
        [EMBEDDING]: { type: "embedding", dimensions },
        [RERANK]: { type: "rerank", scores: "logits" },
      },
      embed: (texts) => texts.map((text) => vectorOf(text, dimensions)),
      rank: (query, documents) => documents.map((document) => scoreOf(query, document)),
      latency: () => chance.whole(...latency),
      faults: (request) => drawFault(chance, server, timeout, request),
      random: chance.random,
      tooLargeStatus,
      base64,
      keepBodies: false,
      ...(limits && { limits }),
      ...(maxBatchTexts && { maxBatchTexts }),
      ...(maxBatchTokens && { maxBatchTokens }),
    });
  }

  #object(plan: ObjectPlan, chance: Chance): SharedObject {
    const { batchSize, maxConcurrency, maxRetries, timeout, fallback, cache, ...ofEmbedder } = plan;
    const events: TogetherEvent[] = [];
    const listeners = new Set<() => void>();
    const onEvent = (event: TogetherEvent): void => {
      events.push(event);
      if (event.type === "response") this.#successes[event.operation].push(performance.now());
      for (const listener of listeners) listener();
    };
    const shared = {
      apiKey: KEY,
      fetch: this.fetch,
      batchSize,
      maxConcurrency,
      maxRetries,
      timeout,
      onEvent,
    };
    const store = cache && storeOf(cache, chance, (ms) => this.wait(ms));
    const embedder = new Embedder({ model: EMBEDDING, ...shared, ...ofEmbedder, cache: store });
    const reranker = new Reranker({ model: RERANK, ...shared, fallback });
    return { plan, embedder, reranker, events, listeners };
  }
}
