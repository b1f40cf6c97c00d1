/**
 * Sends one piece of work until it is answered: waits for its turn, tries again where that helps, and tells the
 * listener. Everything between the throttle and the wire that embeddings and reranking share.
 */

import { onAbort } from "./abort.js";
import { Client, RequestFailed, type Call, type Failure } from "./client.js";
import type { TogetherError } from "./errors.js";
import type { Emit } from "./events.js";
import { failureCode, failureError } from "./failure.js";
import type { ResolvedShared } from "./resolve.js";
import type { LimitedBy } from "./pace.js";
import { backoff, isRetryableStatus } from "./retry.js";
import { throttleFor, type Lane, type Throttle, type Ticket } from "./throttle.js";
import { InvalidAnswer, readUsage } from "./wire.js";

/** How long a model may refuse everything before its callers hear of it; no wait beyond it is begun. */
const PATIENCE_MS = 120_000;

/** One request, ready to leave. */
export interface Parcel<Result> {
  readonly call: Call;
  /** Texts or documents in it. */
  readonly texts: readonly string[];
  readonly estimatedTokens: number;
  readonly mostBytes: number;
  /** What no error may quote: the user's own words. */
  secrets(): readonly string[];
  /** Reads the answer. @throws {@link InvalidAnswer} if it is not one. */
  read(body: unknown): Result;
}

/** Work to be sent. What travels is decided when its turn has come, so that batches can grow while they wait. */
export interface Job<Result> {
  readonly lane: Lane;
  readonly signal: AbortSignal;
  /** What was asked for, to complete the sentence "Cannot ...". */
  task(texts: number): string;
  /** Called at each turn; `undefined` if there is nothing left to do. */
  pack(): Parcel<Result> | undefined;
  /** The server refused the parcel for its rate; it may be packed anew. */
  unpack(): void;
}

/** Sends the work of one object: a model at one address with one key. */
export class Sender {
  readonly #options: ResolvedShared;
  readonly #client: Client;
  readonly #emit: Emit;
  readonly #origin: string;

  constructor(options: ResolvedShared, emit: Emit) {
    this.#options = options;
    this.#origin = new URL(options.baseURL).origin;
    this.#client = new Client(options);
    this.#emit = emit;
  }

  /** What the server is known to limit, if anything. */
  get limitedBy(): LimitedBy | undefined {
    return this.#throttle.limitedBy;
  }

  /**
   * Sends until there is an answer.
   *
   * @returns what the answer was read as, or `undefined` if there was nothing left to send.
   * @throws {@link Undelivered} if it failed for good; the signal's reason if it was aborted.
   */
  async send<Result>(job: Job<Result>): Promise<Result | undefined> {
    const throttle = this.#throttle;
    const state: Attempts = { sent: 0, retries: 0, since: 0 };
    for (;;) {
      let parcel: Parcel<Result> | undefined;
      const ticket = await throttle.enter({
        lane: job.lane,
        again: state.sent > 0,
        ceiling: this.#options.maxConcurrency,
        signal: job.signal,
        prepare: () => (parcel = job.pack())?.estimatedTokens,
      });
      if (!ticket || !parcel) return undefined;
      if (state.sent === 0) state.since = ticket.sentAt;
      state.sent += 1;
      const outcome = await this.#attempt(job, parcel, ticket, state);
      if (outcome.done) return outcome.result;
      const wait = this.#next(job, parcel, ticket, outcome.failure, throttle, state);
      await sleep(wait, job.signal);
    }
  }

  /** Looked up anew for each piece of work: one that rested is let go, and must not live on beside its successor. */
  get #throttle(): Throttle {
    const { client, fetch, apiKey, model } = this.#options;
    const ofClient = (client as { fetch?: unknown } | undefined)?.fetch;
    return throttleFor({
      fetch: fetch ?? (typeof ofClient === "function" ? ofClient : globalThis.fetch),
      origin: this.#origin,
      apiKey,
      model,
    });
  }

  async #attempt<Result>(
    job: Job<Result>,
    parcel: Parcel<Result>,
    ticket: Ticket,
    state: Attempts,
  ): Promise<Outcome<Result>> {
    this.#emit({
      type: "request",
      request: ticket.request,
      texts: parcel.texts.length,
      estimatedTokens: parcel.estimatedTokens,
      attempt: state.sent,
      inFlight: ticket.inFlight,
    });
    try {
      const answer = await this.#client.send(parcel.call, parcel.mostBytes, job.signal);
      const result = readAnswer(parcel, answer.body, answer.requestId);
      ticket.succeeded();
      this.#emit({
        type: "answer",
        request: ticket.request,
        texts: parcel.texts.length,
        durationMs: performance.now() - ticket.sentAt,
        usage: readUsage(answer.body),
        requestId: answer.requestId,
      });
      return { done: true, result };
    } catch (error) {
      if (error instanceof RequestFailed) return { done: false, failure: error.failure };
      ticket.released();
      this.#emit({ type: "failure", request: ticket.request, code: "aborted", status: undefined });
      throw error;
    }
  }

  /** Decides what follows a failure: how long to wait before the next attempt, or the error that ends it. */
  #next<Result>(
    job: Job<Result>,
    parcel: Parcel<Result>,
    ticket: Ticket,
    failure: Failure,
    throttle: Throttle,
    state: Attempts,
  ): number {
    const [code, status] = [failureCode(failure), failure.kind === "status" ? failure.status : undefined];
    const fail = (): Undelivered => {
      this.#emit({ type: "failure", request: ticket.request, code, status });
      return this.#undelivered(job, parcel, failure, state);
    };
    if (failure.kind === "status" && failure.status === 429) {
      // A wait that nobody will sit out must not hold up whoever comes next: they are told by the server themselves.
      if ((failure.waitMs ?? 0) > PATIENCE_MS) {
        ticket.released();
        throw fail();
      }
      const by = /token/.test(failure.refusal.type) ? "tokens" : "requests";
      const refused = ticket.refused(failure.waitMs, by);
      this.#emit({ type: "throttle", request: ticket.request, limitedBy: by, ...refused });
      const waitedFrom = Math.max(throttle.lastSuccess, state.since);
      if (performance.now() + (failure.waitMs ?? 0) - waitedFrom > PATIENCE_MS) throw fail();
      job.unpack();
      return 0;
    }
    if (!isRetryable(failure)) {
      ticket.released();
      throw fail();
    }
    const asked = failure.kind === "status" ? failure.waitMs : undefined;
    const waitMs = asked ?? backoff(state.retries + 1, Math.random());
    ticket.failed(waitMs > PATIENCE_MS ? 0 : waitMs);
    if (state.retries >= this.#options.maxRetries || waitMs > PATIENCE_MS || !throttle.budget.spend())
      throw fail();
    state.retries += 1;
    this.#emit({
      type: "retry",
      request: ticket.request,
      code,
      status,
      waitMs,
      retriesLeft: this.#options.maxRetries - state.retries,
    });
    return waitMs;
  }

  #undelivered<Result>(
    job: Job<Result>,
    parcel: Parcel<Result>,
    failure: Failure,
    state: Attempts,
  ): Undelivered {
    const { apiKey, model, baseURL, timeout } = this.#options;
    const about = { task: job.task(parcel.texts.length), attempts: state.sent, model, baseURL, timeout };
    return new Undelivered(failure, failureError(failure, about, [apiKey, ...parcel.secrets()]));
  }
}

/** Work that failed for good: what happened, for those who know a way around it, and the error for those who don't. */
export class Undelivered extends Error {
  readonly failure: Failure;
  readonly error: TogetherError;

  constructor(failure: Failure, error: TogetherError) {
    super(error.message);
    this.failure = failure;
    this.error = error;
  }
}

interface Attempts {
  sent: number;
  retries: number;
  /** When it was first sent. */
  since: number;
}

type Outcome<Result> =
  { readonly done: true; readonly result: Result } | { readonly done: false; readonly failure: Failure };

function readAnswer<Result>(parcel: Parcel<Result>, body: unknown, requestId: string | undefined): Result {
  try {
    return parcel.read(body);
  } catch (error) {
    if (!(error instanceof InvalidAnswer)) throw error;
    throw new RequestFailed({ kind: "invalid", problem: error.message, requestId });
  }
}

function isRetryable(failure: Failure): boolean {
  if (failure.kind === "status") return isRetryableStatus(failure.status);
  return failure.kind === "connection" || failure.kind === "timeout";
}

/** Waits, and stops waiting at once when aborted. */
function sleep(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0 || signal.aborted) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const unlink = onAbort(signal, () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
    const timer = setTimeout(() => {
      unlink();
      resolve();
    }, ms);
  });
}
