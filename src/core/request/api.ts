/**
 * Sends requests of one object: waits for a permit, makes one attempt, and returns the next step. Embeddings and
 * reranking both use it.
 */

import { sleep } from "../abort.js";
import { describeFailure, failureCode } from "../errors/describe-failure.js";
import type { Failure, StatusFailure } from "../errors/failure.js";
import { knownCode } from "../errors/redact.js";
import type { TogetherError } from "../errors/together-error.js";
import type { Emit } from "../events.js";
import type { ResolvedShared } from "../options/resolve-options.js";
import type { Failing, InFlight, Permit, RateLimit } from "../rate-limit/permit.js";
import { INITIAL_CONCURRENCY } from "../rate-limit/concurrency-window.js";
import { findRateLimiter, rateLimiterFor, type LimiterKey } from "../rate-limit/registry.js";
import type { ApiOperation, ApiRequest, Attempt, Failed, Succeeded } from "./attempt.js";
import { errorInBody, NO_WORDS } from "./error-body.js";
import { OutageReport } from "./outage-report.js";
import { RequestError } from "./request-error.js";
import { backoff, isOutage, isRetryable } from "./retry-policy.js";
import { TogetherClient, type JsonResponse } from "./together-client.js";
import { timeLeft, waitsUntil } from "./waiting-time.js";
import { InvalidResponse, readUsage, textsOf } from "./wire.js";

/** A failed attempt that another attempt follows. */
type Retried = Exclude<Attempt<never>, Succeeded<never> | Failed>;

/** The arguments of an operation. */
type NewOperation = Pick<ApiOperation, "priority" | "task" | "signal"> &
  Partial<Pick<ApiOperation, "headers">>;

/** The endpoints of one model at one address with one key. */
export class Api {
  readonly #options: ResolvedShared;
  readonly #client: TogetherClient;
  readonly #emit: Emit;
  readonly #origin: string;
  readonly #outages: OutageReport;

  constructor(options: ResolvedShared, emit: Emit) {
    this.#options = options;
    this.#origin = new URL(options.baseURL).origin;
    this.#client = new TogetherClient(options);
    this.#emit = emit;
    this.#outages = new OutageReport(emit);
  }

  /** The server's known rate limit. */
  get limit(): RateLimit | undefined {
    return findRateLimiter(this.#limiterKey)?.limit;
  }

  /** How many requests should be in flight at once, by present knowledge. */
  get concurrency(): number {
    const found = findRateLimiter(this.#limiterKey)?.concurrency ?? INITIAL_CONCURRENCY;
    return Math.min(found, this.#options.maxConcurrency);
  }

  /** Starts an operation; its deadline counts from here. */
  operation({ headers, ...given }: NewOperation): ApiOperation {
    // The limiter is looked up each time: the registry deletes idle ones, and two limiters of one model would add up.
    const limiter = rateLimiterFor(this.#limiterKey);
    const counts = { attempts: 0, failures: 0, retries: 0 };
    const failures = { failingSince: Number.POSITIVE_INFINITY, lastFailure: undefined };
    return { ...given, headers, limiter, startedAt: limiter.clock.now(), ...counts, ...failures };
  }

  /**
   * Waits for permission to send one request.
   *
   * @throws {@link TogetherError} if the model fails for longer than the operation may wait; the signal's reason if
   * aborted.
   */
  async acquire(operation: ApiOperation): Promise<Permit> {
    const { priority, signal, attempts, limiter } = operation;
    const { maxConcurrency } = this.#options;
    const until = (failing: Failing): number => waitsUntil(operation, failing, this.#options);
    this.#outages.update(operation.limiter);
    try {
      return await limiter.acquire({
        priority,
        isRetry: attempts > 0,
        maxConcurrency,
        waitsUntil: until,
        signal,
      });
    } catch (reason) {
      if (signal.aborted) throw reason;
      throw this.#describeWaiting(operation, reason as Failure);
    }
  }

  /**
   * Sends a request once.
   *
   * @throws the signal's reason if aborted. Every other outcome is returned.
   */
  async attempt<Value>(
    operation: ApiOperation,
    permit: Permit,
    request: ApiRequest<Value>,
  ): Promise<Attempt<Value>> {
    const sent = this.#start(operation, permit, request);
    try {
      const { signal, headers } = operation;
      const response = await this.#client.send(request.call, request.limit, signal, headers);
      const value = parse(request, response);
      sent.succeeded(response.bytes);
      this.#emitResponse(sent, operation.limiter.clock.now(), request, response);
      this.#outages.update(operation.limiter);
      return { status: "ok", value };
    } catch (error) {
      if (error instanceof RequestError) return this.#afterFailure(operation, sent, request, error.failure);
      sent.release();
      this.#emit({ type: "request-error", request: sent.request, code: "aborted", status: undefined });
      throw error;
    }
  }

  /** Sends a request that stays the same until it succeeds or fails. */
  async send<Value>(operation: ApiOperation, request: ApiRequest<Value>): Promise<Succeeded<Value> | Failed> {
    for (;;) {
      const permit = await this.acquire(operation);
      const attempt = await this.attempt(operation, permit, request);
      if (attempt.status === "retry") await sleep(attempt.delayMs, operation.signal);
      else if (attempt.status !== "rate-limited") return attempt;
    }
  }

  get #limiterKey(): LimiterKey {
    const { client, fetch, apiKey, model } = this.#options;
    const fetches = [fetch, (client as { fetch?: unknown } | undefined)?.fetch, globalThis.fetch];
    return {
      // Without any, the request fails: see `TogetherClient`.
      fetch: fetches.find((found) => typeof found === "function") ?? Api,
      origin: this.#origin,
      apiKey,
      model,
    };
  }

  #start(operation: ApiOperation, permit: Permit, { texts, estimatedTokens }: ApiRequest<unknown>): InFlight {
    if (operation.signal.aborted) {
      permit.cancel();
      throw operation.signal.reason;
    }
    const sent = permit.start(estimatedTokens);
    operation.attempts += 1;
    this.#emit({
      type: "request",
      request: sent.request,
      texts: texts.length,
      estimatedTokens,
      attempt: operation.attempts,
      inFlight: sent.inFlight,
    });
    return sent;
  }

  #emitResponse(
    sent: InFlight,
    now: number,
    { texts }: ApiRequest<unknown>,
    { body, requestId }: JsonResponse,
  ): void {
    this.#emit({
      type: "response",
      request: sent.request,
      texts: texts.length,
      durationMs: now - sent.sentAt,
      usage: readUsage(body),
      requestId,
    });
  }

  #afterFailure(
    operation: ApiOperation,
    sent: InFlight,
    request: ApiRequest<unknown>,
    failure: Failure,
  ): Retried | Failed {
    const retry = this.#retryOrGiveUp(operation, sent, failure);
    if (retry) {
      operation.lastFailure = { failure, request };
      return retry;
    }
    const [code, status] = [failureCode(failure), statusOf(failure)];
    this.#emit({ type: "request-error", request: sent.request, code, status });
    // A copy, because the operation's next attempt would change what the error says.
    const failed = { ...operation };
    const error = (): TogetherError => this.#describe(failed, failure, request);
    return { status: "failed", failure, error };
  }

  /** The next step after a failure that another attempt may change; `undefined` if none is left. */
  #retryOrGiveUp(operation: ApiOperation, sent: InFlight, failure: Failure): Retried | undefined {
    const asked = failure.kind === "status" ? failure.waitMs : undefined;
    const hasSucceeded = operation.limiter.lastSuccess > Number.NEGATIVE_INFINITY;
    // The client does not wait for a delay beyond the deadline, so this delay must not block the next caller.
    if (!isRetryable(failure, hasSucceeded) || (asked ?? 0) > this.#options.retryDeadline) {
      if (failure.kind === "certificate" || failure.kind === "option") sent.release();
      else sent.rejected();
      return undefined;
    }
    return failure.kind === "status" && failure.status === 429
      ? this.#afterRateLimit(operation, sent, failure)
      : this.#afterServerFailure(operation, sent, failure, asked);
  }

  #afterRateLimit(operation: ApiOperation, sent: InFlight, failure: StatusFailure): Retried | undefined {
    const limitedBy = knownCode(failure.body.type).includes("token") ? "tokens" : "requests";
    const update = sent.rateLimited(failure.waitMs, limitedBy, withoutServerText(failure));
    if (timeLeft(operation, this.#options) <= 0) return undefined;
    this.#emit({ type: "rate-limited", request: sent.request, limitedBy, ...update });
    return { status: "rate-limited" };
  }

  #afterServerFailure(
    operation: ApiOperation,
    sent: InFlight,
    failure: Failure,
    retryAfterMs: number | undefined,
  ): Retried | undefined {
    const { limiter, priority } = operation;
    const isResponse = failure.kind === "connection" ? failure.isCut : failure.kind !== "timeout";
    const isFree =
      priority === "normal" &&
      (isResponse || limiter.hasResponded) &&
      isOutage(failure, limiter.lastSuccess < sent.sentAt);
    sent.failed({ isResponse, retryAfterMs, reason: withoutServerText(failure) });
    this.#outages.update(operation.limiter);
    const retriesLeft = this.#options.maxRetries - operation.retries - (isFree ? 0 : 1);
    const remainingMs = timeLeft(operation, this.#options);
    if (retriesLeft < 0 || remainingMs <= 0) return undefined;
    operation.failures += 1;
    if (isFree) operation.failingSince = Math.min(operation.failingSince, sent.sentAt);
    else operation.retries += 1;
    const ownDelay = retryAfterMs ?? backoff(operation.failures, Math.random());
    // In an outage the limiter decides when the next request is sent; a delay here would only block one.
    const delayMs = isFree && limiter.isOut ? 0 : Math.min(ownDelay, remainingMs);
    const [code, status] = [failureCode(failure), statusOf(failure)];
    this.#emit({ type: "retry", request: sent.request, code, status, delayMs, retriesLeft });
    return { status: "retry", delayMs };
  }

  /** The error of an operation after its deadline: with the server's words if they are about its own request. */
  #describeWaiting(operation: ApiOperation, reason: Failure): TogetherError {
    const { lastFailure: own } = operation;
    return own && failureCode(own.failure) === failureCode(reason)
      ? this.#describe(operation, own.failure, own.request)
      : this.#describe(operation, reason);
  }

  #describe(
    { task, attempts }: ApiOperation,
    failure: Failure,
    request?: ApiRequest<unknown>,
  ): TogetherError {
    const { apiKey, model, baseURL, timeout } = this.#options;
    const sent = [apiKey, ...(request ? textsOf(request.call.body) : [])];
    return describeFailure(failure, { task, attempts, model, baseURL, timeout }, sent);
  }
}

function parse<Value>(request: ApiRequest<Value>, { body, requestId }: JsonResponse): Value {
  try {
    return request.parse(body);
  } catch (error) {
    if (!(error instanceof InvalidResponse)) throw error;
    const failure = errorInBody(body, requestId) ?? { kind: "invalid", problem: error.message, requestId };
    throw new RequestError(failure);
  }
}

/** The same failure for other callers. The server's words may quote this caller's text, and the id is its request's. */
function withoutServerText(failure: Failure): Failure {
  return failure.kind === "status" ? { ...failure, body: NO_WORDS, requestId: undefined } : failure;
}

function statusOf(failure: Failure): number | undefined {
  return failure.kind === "status" ? (failure.httpStatus ?? failure.status) : undefined;
}
