/**
 * Sends requests of one object: waits for a permit, makes one attempt, and says what follows from its outcome. Used by
 * embeddings and reranking alike.
 */

import { sleep } from "../abort.js";
import { describeFailure, failureCode } from "../errors/describe-failure.js";
import type { Failure, StatusFailure } from "../errors/failure.js";
import type { TogetherError } from "../errors/together-error.js";
import type { Emit } from "../events.js";
import type { ResolvedShared } from "../options/resolve-options.js";
import type { InFlight, Permit, RateLimit } from "../rate-limit/rate-limiter.js";
import { findRateLimiter, rateLimiterFor, type LimiterKey } from "../rate-limit/registry.js";
import type { ApiOperation, ApiRequest, Attempt, Failed, Succeeded } from "./attempt.js";
import { RequestError } from "./request-error.js";
import { backoff, isRetryableStatus } from "./retry-policy.js";
import { TogetherClient, type JsonResponse } from "./together-client.js";
import { InvalidResponse, readUsage } from "./wire.js";

/** How long a model may respond with nothing but 429 before callers receive an error. No longer delay is waited for. */
const RETRY_DEADLINE_MS = 120_000;

/** An attempt that did not succeed and is followed by another. */
type Retried = Exclude<Attempt<never>, Succeeded<never> | Failed>;

/** The endpoints of one model at one address with one key. */
export class Api {
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

  /** What the server limits, as far as is known. */
  get limit(): RateLimit | undefined {
    return findRateLimiter(this.#limiterKey)?.limit;
  }

  /** Starts an operation; its deadline counts from here. */
  operation({ priority, task, signal }: Pick<ApiOperation, "priority" | "task" | "signal">): ApiOperation {
    // The limiter is looked up each time: the registry deletes idle ones, and two limiters of one model would add up.
    const limiter = rateLimiterFor(this.#limiterKey);
    return { priority, task, signal, limiter, startedAt: performance.now(), attempts: 0, retries: 0 };
  }

  /**
   * Waits for permission to send one request.
   *
   * @throws {@link TogetherError} if the model accepts nothing for the whole retry deadline; the signal's reason if
   * aborted.
   */
  async acquire(operation: ApiOperation): Promise<Permit> {
    const { priority, signal, startedAt, attempts, limiter } = operation;
    const { maxConcurrency } = this.#options;
    try {
      return await limiter.acquire({ priority, isRetry: attempts > 0, maxConcurrency, startedAt, signal });
    } catch (reason) {
      if (signal.aborted) throw reason;
      throw this.#describe(operation, reason as Failure, []);
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
      const response = await this.#client.send(request.call, request.maxBytes, operation.signal);
      const value = parse(request, response);
      sent.succeeded();
      this.#emitResponse(sent, request, response);
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
    const ofClient = (client as { fetch?: unknown } | undefined)?.fetch;
    return {
      fetch: fetch ?? (typeof ofClient === "function" ? ofClient : globalThis.fetch),
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

  #emitResponse(sent: InFlight, { texts }: ApiRequest<unknown>, { body, requestId }: JsonResponse): void {
    this.#emit({
      type: "response",
      request: sent.request,
      texts: texts.length,
      durationMs: performance.now() - sent.sentAt,
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
    if (retry) return retry;
    const [code, status] = [failureCode(failure), statusOf(failure)];
    this.#emit({ type: "request-error", request: sent.request, code, status });
    // A copy, because the operation's next attempt would change what the error says.
    const failed = { ...operation };
    const error = (): TogetherError => this.#describe(failed, failure, request.sensitiveTexts());
    return { status: "failed", failure, error };
  }

  /** The next step after a failure that another attempt may change; `undefined` if none is left. */
  #retryOrGiveUp(operation: ApiOperation, sent: InFlight, failure: Failure): Retried | undefined {
    if (failure.kind === "status" && failure.status === 429)
      return this.#afterRateLimit(operation, sent, failure);
    if (isRetryable(failure)) return this.#afterServerFailure(operation, sent, failure);
    sent.release();
    return undefined;
  }

  #afterRateLimit(
    { limiter, startedAt }: ApiOperation,
    sent: InFlight,
    failure: StatusFailure,
  ): Retried | undefined {
    const { waitMs = 0, body } = failure;
    // A delay beyond the deadline is not waited for, so it must not delay the next caller either.
    if (waitMs > RETRY_DEADLINE_MS) {
      sent.release();
      return undefined;
    }
    const limitedBy = body.type.includes("token") ? "tokens" : "requests";
    const update = sent.rateLimited(failure.waitMs, limitedBy);
    const deadline = performance.now() + waitMs - RETRY_DEADLINE_MS;
    if (Math.max(limiter.lastSuccess, startedAt) < deadline) {
      limiter.rejectWaitingSince(deadline, withoutServerText(failure));
      return undefined;
    }
    this.#emit({ type: "rate-limited", request: sent.request, limitedBy, ...update });
    return { status: "rate-limited" };
  }

  #afterServerFailure(operation: ApiOperation, sent: InFlight, failure: Failure): Retried | undefined {
    const { maxRetries } = this.#options;
    const asked = failure.kind === "status" ? failure.waitMs : undefined;
    const delayMs = asked ?? backoff(operation.retries + 1, Math.random());
    const isTooLong = delayMs > RETRY_DEADLINE_MS;
    sent.failed(isTooLong ? 0 : delayMs);
    if (operation.retries >= maxRetries || isTooLong || !operation.limiter.retryBudget.spend())
      return undefined;
    operation.retries += 1;
    this.#emit({
      type: "retry",
      request: sent.request,
      code: failureCode(failure),
      status: statusOf(failure),
      delayMs,
      retriesLeft: maxRetries - operation.retries,
    });
    return { status: "retry", delayMs };
  }

  #describe(
    { task, attempts }: ApiOperation,
    failure: Failure,
    sensitiveTexts: readonly string[],
  ): TogetherError {
    const { apiKey, model, baseURL, timeout } = this.#options;
    return describeFailure(failure, { task, attempts, model, baseURL, timeout }, [apiKey, ...sensitiveTexts]);
  }
}

function parse<Value>(request: ApiRequest<Value>, { body, requestId }: JsonResponse): Value {
  try {
    return request.parse(body);
  } catch (error) {
    if (!(error instanceof InvalidResponse)) throw error;
    throw new RequestError({ kind: "invalid", problem: error.message, requestId });
  }
}

/** The same failure for other callers. The server's words may quote this caller's text, and the id is its request's. */
function withoutServerText(failure: StatusFailure): StatusFailure {
  return { ...failure, body: { message: "", type: "", code: "" }, requestId: undefined };
}

function isRetryable(failure: Failure): boolean {
  if (failure.kind === "status") return isRetryableStatus(failure.status);
  return failure.kind === "connection" || failure.kind === "timeout";
}

function statusOf(failure: Failure): number | undefined {
  return failure.kind === "status" ? failure.status : undefined;
}
