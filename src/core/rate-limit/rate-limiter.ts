/**
 * Lets requests of one model leave at the pace that its server bears. Queries and reranking go before documents,
 * and what was refused before goes before new work; {@link Pacer} says when.
 *
 * One throttle serves all objects with the same fetch, origin, key and model, because Together's limit is one for
 * all of them.
 */

import { onAbort } from "../abort.js";
import { Pacer, type LimitedBy, type SentRequest } from "./pacer.js";
import { RetryBudget } from "../request/retry-policy.js";

/** Who goes first: somebody waits for an answer, or a corpus is being embedded. */
export type Lane = "query" | "documents";

/** A request that wants to leave. */
export interface Work {
  readonly lane: Lane;
  /** It was sent before, and goes before what was not. */
  readonly again: boolean;
  /** The most requests in flight beside which it may leave. */
  readonly ceiling: number;
  /** When it was asked for, on the clock of `performance.now()`. */
  readonly since: number;
  readonly signal: AbortSignal;
  /** Called when its turn has come: its tokens, estimated, or `undefined` if there is nothing left to send. */
  prepare(): number | undefined;
}

/** Permission to send one request; exactly one of its four methods must be called when it has ended. */
export interface Ticket {
  /** Number of the request, from 1. */
  readonly request: number;
  readonly sentAt: number;
  /** Requests in flight, this one included. */
  readonly inFlight: number;
  succeeded(): void;
  /** 429. */
  refused(reset: number | undefined, by: LimitedBy): Refused;
  /** 5xx, lost connection, timeout; `pause` is how long to leave the server alone if all fail. */
  failed(pause: number): void;
  /** Ended in a way that says nothing about the server's limits. */
  released(): void;
}

/** What a refusal led to. */
export interface Refused {
  readonly delayMs: number;
  readonly ratePerSecond: number;
}

/** What the server limits, and the rate that was learned of it. */
export interface Limit {
  readonly by: LimitedBy;
  readonly perSecond: number;
}

interface Waiter {
  readonly work: Work;
  readonly resolve: (ticket: Ticket | undefined) => void;
  readonly reject: (reason: unknown) => void;
}

export class Throttle {
  /** Shared like the throttle: an outage is an outage for all who use the model. */
  readonly budget = new RetryBudget();
  readonly #pacer = new Pacer();
  readonly #waiting = [new Set<Waiter>(), new Set<Waiter>(), new Set<Waiter>(), new Set<Waiter>()];
  #inFlight = 0;
  #sent = 0;
  #lastSuccess = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** What the server limits, once it has said so. */
  get limit(): Limit | undefined {
    const { limitedBy: by, ratePerSecond: perSecond } = this.#pacer;
    return by && { by, perSecond };
  }

  /** When the model last answered, on the clock of `performance.now()`. */
  get lastSuccess(): number {
    return this.#lastSuccess;
  }

  /** Whether nothing is under way and nothing waits. */
  get idle(): boolean {
    return this.#inFlight === 0 && this.#waiting.every((queue) => queue.size === 0);
  }

  /**
   * Waits for a turn.
   *
   * @returns a ticket, or `undefined` if `prepare` had nothing left to send.
   * @throws the signal's reason as soon as it is aborted; what {@link Throttle.giveUp} says.
   */
  enter(work: Work): Promise<Ticket | undefined> {
    work.signal.throwIfAborted();
    const queue = this.#waiting[(work.lane === "query" ? 0 : 2) + (work.again ? 0 : 1)] as Set<Waiter>;
    return new Promise((resolve, reject) => {
      const unlink = onAbort(work.signal, () => {
        queue.delete(waiter);
        reject(work.signal.reason);
        this.#pump();
      });
      const waiter: Waiter = {
        work,
        resolve: (ticket) => {
          unlink();
          resolve(ticket);
        },
        reject: (reason) => {
          unlink();
          reject(reason);
        },
      };
      queue.add(waiter);
      this.#pump();
    });
  }

  /** Ends the wait of all who asked before some time: nothing has been answered since, and nothing will be soon. */
  giveUp(askedBefore: number, reason: unknown): void {
    for (const queue of this.#waiting) {
      for (const waiter of queue) {
        if (waiter.work.since > askedBefore) continue;
        queue.delete(waiter);
        waiter.reject(reason);
      }
    }
    this.#pump();
  }

  /** Lets leave whoever may, and sets the clock for the next. */
  #pump(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (;;) {
      const queue = this.#waiting.find((waiters) => waiters.size > 0);
      const [waiter] = queue ?? [];
      if (!queue || !waiter) return;
      const now = performance.now();
      const { ceiling, lane } = waiter.work;
      this.#pacer.observeIdle(now, this.#inFlight);
      const at = this.#pacer.nextSendTime(this.#inFlight, ceiling, lane === "query");
      if (at > now) {
        if (at < Number.POSITIVE_INFINITY) this.#timer = setTimeout(() => this.#pump(), Math.ceil(at - now));
        return;
      }
      queue.delete(waiter);
      const tokens = waiter.work.prepare();
      waiter.resolve(tokens === undefined ? undefined : this.#depart(now, tokens, ceiling));
    }
  }

  #depart(now: number, tokens: number, ceiling: number): Ticket {
    const departure = this.#pacer.sent(now, tokens);
    this.#inFlight += 1;
    this.#sent += 1;
    return {
      request: this.#sent,
      sentAt: now,
      inFlight: this.#inFlight,
      succeeded: () => this.#arrive((at) => this.#succeed(at, departure, ceiling)),
      refused: (reset, by) => this.#arrive((at) => this.#refuse(at, departure, reset, by)),
      failed: (pause) => this.#arrive((at) => this.#pacer.failed(at, pause, ceiling)),
      released: () => this.#arrive(() => {}),
    };
  }

  #arrive<Outcome>(learn: (now: number) => Outcome): Outcome {
    this.#inFlight -= 1;
    const outcome = learn(performance.now());
    this.#pump();
    return outcome;
  }

  #succeed(now: number, departure: SentRequest, ceiling: number): void {
    this.#lastSuccess = now;
    this.budget.earn();
    this.#pacer.succeeded(now, departure, ceiling);
  }

  #refuse(now: number, departure: SentRequest, reset: number | undefined, by: LimitedBy): Refused {
    const delayMs = this.#pacer.rateLimited(now, departure, { by, resetMs: reset }, Math.random());
    return { delayMs, ratePerSecond: this.#pacer.ratePerSecond };
  }
}

/** What makes two requests count against the same limit. */
export interface Identity {
  readonly fetch: object;
  readonly origin: string;
  readonly apiKey: string;
  readonly model: string;
}

type Registry = (identity: Identity) => Throttle;

/**
 * The ESM and the CommonJS build of this package are two copies of this file, and must share their throttles: so
 * they meet under a symbol. What they find there is a function, because a map that hangs on `globalThis` would show
 * the API keys in it to any inspector.
 */
const REGISTRY = Symbol.for("together-retrieval.throttles.1");

/** Models in use at once, beyond which those that rest are let go. */
const MOST_RESTING = 256;

/** The throttle of a model, the same for everybody with the same identity. */
export function throttleFor(identity: Identity): Throttle {
  const shared = globalThis as { [REGISTRY]?: Registry };
  if (!shared[REGISTRY]) Object.defineProperty(shared, REGISTRY, { value: createRegistry() });
  return (shared[REGISTRY] as Registry)(identity);
}

function createRegistry(): Registry {
  const byFetch = new WeakMap<object, Map<string, Throttle>>();
  return ({ fetch, origin, apiKey, model }) => {
    const throttles = byFetch.get(fetch) ?? new Map<string, Throttle>();
    byFetch.set(fetch, throttles);
    const id = JSON.stringify([origin, apiKey, model]);
    const throttle = throttles.get(id) ?? new Throttle();
    if (!throttles.has(id) && throttles.size >= MOST_RESTING) dropIdle(throttles);
    throttles.set(id, throttle);
    return throttle;
  };
}

function dropIdle(throttles: Map<string, Throttle>): void {
  for (const [id, throttle] of throttles) {
    if (throttle.idle) throttles.delete(id);
  }
}
