/**
 * Sends one piece of work until it is answered: waits for its turn, tries again where that helps, and tells the
 * listener. Everything between the throttle and the wire that embeddings and reranking share.
 */

import { sleep } from "../abort.js";
import { TogetherClient } from "./together-client.js";
import type { TogetherError } from "../errors/together-error.js";
import type { Emit } from "../events.js";
import { failureCode, describeFailure } from "../errors/describe-failure.js";
import type { Job, Parcel } from "./job.js";
import type { Failure } from "../errors/failure.js";
import { RequestError } from "./request-error.js";
import type { ResolvedShared } from "../options/resolve-options.js";
import { backoff, isRetryableStatus } from "./retry-policy.js";
import { throttleFor, type Limit, type Throttle, type Ticket } from "../rate-limit/rate-limiter.js";
import { InvalidResponse, readUsage } from "./wire.js";

/** How long a model may refuse everything before its callers hear of it; no wait beyond it is begun. */
const PATIENCE_MS = 120_000;

/** Sends the work of one object: a model at one address with one key. */
export class Sender {
  readonly #options: ResolvedShared;
  readonly #client: TogetherClient;
  readonly #emit: Emit;
  readonly #origin: string;

  constructor(options: ResolvedShared, emit: Emit) {
    this.#options = options;
    this.#origin = new URL(options.baseURL).origin;
    this.#client = new TogetherClient(options);
    this.#emit = emit;
  }

  /** What the server is known to limit, if anything. */
  get limit(): Limit | undefined {
    return this.#throttle.limit;
  }

  /**
   * Sends until there is an answer.
   *
   * @returns what the answer was read as, or `undefined` if there was nothing left to send.
   * @throws {@link Undelivered} if it failed for good; the signal's reason if it was aborted.
   */
  async send<Result>(job: Job<Result>): Promise<Result | undefined> {
    const errand: Errand<Result> = {
      job,
      throttle: this.#throttle,
      since: performance.now(),
      sent: 0,
      retries: 0,
    };
    for (;;) {
      const attempt = await this.#turn(errand);
      if (!attempt) return undefined;
      errand.sent += 1;
      const outcome = await this.#try(errand, attempt);
      if (outcome.done) return outcome.result;
      await sleep(this.#next(errand, attempt, outcome.failure), job.signal);
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

  /** Waits for permission to send what is next, if anything is by then. */
  async #turn<Result>(errand: Errand<Result>): Promise<Attempt<Result> | undefined> {
    const { job, throttle, since } = errand;
    let parcel: Parcel<Result> | undefined;
    try {
      const ticket = await throttle.enter({
        lane: job.lane,
        again: errand.sent > 0,
        ceiling: this.#options.maxConcurrency,
        since,
        signal: job.signal,
        prepare: () => (parcel = job.pack())?.estimatedTokens,
      });
      return ticket && parcel && { ticket, parcel };
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      // Others were refused for so long that this one need not be sent to know.
      const unsent = job.pack();
      if (unsent) throw this.#undelivered(errand, unsent, error.failure);
      return undefined;
    }
  }

  async #try<Result>(
    { job, sent }: Errand<Result>,
    { ticket, parcel }: Attempt<Result>,
  ): Promise<Outcome<Result>> {
    this.#emit({
      type: "request",
      request: ticket.request,
      texts: parcel.texts.length,
      estimatedTokens: parcel.estimatedTokens,
      attempt: sent,
      inFlight: ticket.inFlight,
    });
    try {
      const answer = await this.#client.send(parcel.call, parcel.maxBytes, job.signal);
      const result = readAnswer(parcel, answer.body, answer.requestId);
      ticket.succeeded();
      this.#emit({
        type: "response",
        request: ticket.request,
        texts: parcel.texts.length,
        durationMs: performance.now() - ticket.sentAt,
        usage: readUsage(answer.body),
        requestId: answer.requestId,
      });
      return { done: true, result };
    } catch (error) {
      if (error instanceof RequestError) return { done: false, failure: error.failure };
      ticket.released();
      this.#emit({ type: "request-error", request: ticket.request, code: "aborted", status: undefined });
      throw error;
    }
  }

  /** What follows a failure: how long to wait before the next attempt, or the error that ends it. */
  #next<Result>(errand: Errand<Result>, attempt: Attempt<Result>, failure: Failure): number {
    if (failure.kind === "status" && failure.status === 429) return this.#refused(errand, attempt, failure);
    if (isRetryable(failure)) return this.#failed(errand, attempt, failure);
    attempt.ticket.released();
    throw this.#final(errand, attempt, failure);
  }

  /** 429: the throttle says when it may be sent again, as long as the model answers anything at all. */
  #refused<Result>(errand: Errand<Result>, attempt: Attempt<Result>, failure: Refused): number {
    const { ticket } = attempt;
    const { waitMs = 0, body } = failure;
    // A wait that nobody will sit out must not hold up whoever comes next: they are told by the server themselves.
    if (waitMs > PATIENCE_MS) {
      ticket.released();
      throw this.#final(errand, attempt, failure);
    }
    const by = /token/.test(body.type) ? "tokens" : "requests";
    const refused = ticket.refused(failure.waitMs, by);
    this.#emit({ type: "rate-limited", request: ticket.request, limitedBy: by, ...refused });
    const patientSince = performance.now() + waitMs - PATIENCE_MS;
    if (Math.max(errand.throttle.lastSuccess, errand.since) < patientSince) {
      errand.throttle.giveUp(patientSince, new RequestError(withoutWords(failure)));
      throw this.#final(errand, attempt, failure);
    }
    errand.job.unpack();
    return 0;
  }

  /** A failure that another attempt may mend, as long as there are any left. */
  #failed<Result>(errand: Errand<Result>, attempt: Attempt<Result>, failure: Failure): number {
    const { ticket } = attempt;
    const { maxRetries } = this.#options;
    const asked = failure.kind === "status" ? failure.waitMs : undefined;
    const waitMs = asked ?? backoff(errand.retries + 1, Math.random());
    ticket.failed(waitMs > PATIENCE_MS ? 0 : waitMs);
    if (errand.retries >= maxRetries || waitMs > PATIENCE_MS || !errand.throttle.budget.spend())
      throw this.#final(errand, attempt, failure);
    errand.retries += 1;
    this.#emit({
      type: "retry",
      request: ticket.request,
      code: failureCode(failure),
      status: statusOf(failure),
      delayMs: waitMs,
      retriesLeft: maxRetries - errand.retries,
    });
    return waitMs;
  }

  #final<Result>(errand: Errand<Result>, { ticket, parcel }: Attempt<Result>, failure: Failure): Undelivered {
    const [code, status] = [failureCode(failure), statusOf(failure)];
    this.#emit({ type: "request-error", request: ticket.request, code, status });
    return this.#undelivered(errand, parcel, failure);
  }

  #undelivered<Result>(errand: Errand<Result>, parcel: Parcel<Result>, failure: Failure): Undelivered {
    const { apiKey, model, baseURL, timeout } = this.#options;
    const task = errand.job.task(parcel.texts.length);
    const about = { task, attempts: errand.sent, model, baseURL, timeout };
    return new Undelivered(failure, describeFailure(failure, about, [apiKey, ...parcel.secrets()]));
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

/** A job on its way. */
interface Errand<Result> {
  readonly job: Job<Result>;
  readonly throttle: Throttle;
  /** When it was asked for. */
  readonly since: number;
  /** Requests made for it. */
  sent: number;
  retries: number;
}

/** One request of it. */
interface Attempt<Result> {
  readonly ticket: Ticket;
  readonly parcel: Parcel<Result>;
}

type Refused = Extract<Failure, { kind: "status" }>;

type Outcome<Result> =
  { readonly done: true; readonly result: Result } | { readonly done: false; readonly failure: Failure };

/** The same failure for other callers. The server's words may quote this caller's text, and the id is its request's. */
function withoutWords(failure: Refused): Refused {
  return { ...failure, body: { message: "", type: "", code: "" }, requestId: undefined };
}

function readAnswer<Result>(parcel: Parcel<Result>, body: unknown, requestId: string | undefined): Result {
  try {
    return parcel.read(body);
  } catch (error) {
    if (!(error instanceof InvalidResponse)) throw error;
    throw new RequestError({ kind: "invalid", problem: error.message, requestId });
  }
}

function isRetryable(failure: Failure): boolean {
  if (failure.kind === "status") return isRetryableStatus(failure.status);
  return failure.kind === "connection" || failure.kind === "timeout";
}

function statusOf(failure: Failure): number | undefined {
  return failure.kind === "status" ? failure.status : undefined;
}
