/**
 * Decides when the next request may be sent. Pure: time and random numbers are arguments, and nothing here waits.
 *
 * Together's limits are dynamic, per organization and model, and unpublished (rate limit page, 2026). The client must
 * find the rate that the server accepts. Until the first 429, only the concurrency window limits requests
 * (`concurrency-window.ts`). After it, the rate is estimated, in requests or in tokens (`adaptive-rate.ts`). One delay
 * blocks all requests.
 */

import { AdaptiveRate } from "./adaptive-rate.js";
import type { RequestPosition, Snapshot } from "./request-position.js";

/** The delay after a 429 without a reset. */
const DEFAULT_DELAY_MS = 500;

/** Resets are whole seconds, rounded up: a second refusal that names one a little later means the same moment. */
const ROUNDING_MS = 1000;

/** The longest extra delay after several 429s in a row. */
const MAX_EXTRA_DELAY_MS = 4000;

/** 429s in a row after which other clients use the whole limit. Only frequent requests at random moments find a gap. */
const STARVATION_AFTER = 6;

/** The longest extra delay of a starved client. */
const MAX_STARVED_EXTRA_DELAY_MS = 1000;

/** The pacer forgets what it learned after this long without traffic: limits change within hours. */
const IDLE_RESET_MS = 60_000;

/** What the server says is limited. */
export type LimitedBy = "requests" | "tokens";

/** A sent request. The pacer needs it again when the request ends. */
export interface SentRequest {
  readonly tokens: number;
  /** Number of requests sent before it. */
  readonly requestsBefore: number;
  /** Tokens of the requests sent before it. */
  readonly tokensBefore: number;
  /** Whether it was sent during a delay. */
  readonly sentEarly: boolean;
}

/** What a 429 says. */
export interface RateLimitResponse {
  readonly by: LimitedBy;
  /** Milliseconds until the server accepts requests again, if the server says so. */
  readonly resetMs: number | undefined;
}

/** Paces the requests of one model and API key. All times in milliseconds. */
export class Pacer {
  /** When traffic started, and what had been sent by then. */
  #start = Number.NEGATIVE_INFINITY;
  #startCounts = { requests: 0, tokens: 0 };
  #sent = { requests: 0, tokens: 0 };
  /** Requests that received a 429, and their tokens. */
  #rejected = { requests: 0, tokens: 0 };
  #rates: { requests?: AdaptiveRate; tokens?: AdaptiveRate } = {};
  #limitedBy: LimitedBy | undefined;
  /** The end of the delay. */
  #blockedUntil = Number.NEGATIVE_INFINITY;
  /** When one high-priority request may be sent during the delay. */
  #probeAt = Number.POSITIVE_INFINITY;
  /** A request that was sent during a delay received a 429: this server means its resets. */
  #enforcesResets = false;
  /** Requests sent when the client received the last 429 that it learned from. A 429 of these is not new. */
  #requestsAtLastLimit = 0;
  /** 429s without a success in between, stale ones not counted. */
  #consecutiveLimits = 0;
  #lastActive = Number.NEGATIVE_INFINITY;

  /** What the last 429 said is limited. */
  get limitedBy(): LimitedBy | undefined {
    return this.#limitedBy;
  }

  /** The estimated rate of what is limited, per second; infinite before the first 429. */
  get ratePerSecond(): number {
    const rate = this.#limitedBy && this.#rates[this.#limitedBy];
    return rate ? rate.perMs * 1000 : Number.POSITIVE_INFINITY;
  }

  /**
   * Forgets everything after a minute without traffic. Call it when nothing is in flight, before
   * {@link Pacer.nextSendTime}.
   *
   * @returns whether it forgot.
   */
  observeIdle(now: number): boolean {
    const isOver = now - Math.max(this.#lastActive, this.#blockedUntil) > IDLE_RESET_MS;
    if (isOver) this.#reset(now);
    return isOver;
  }

  /**
   * Returns when the next request may be sent, possibly in the past.
   *
   * @param highPriority - The request is sent ahead of the rate, by what the server accepts in a burst, and may probe
   * during a delay.
   */
  nextSendTime(highPriority: boolean): number {
    const due = Object.values(this.#rates).map((rate) => (highPriority ? rate.highPriorityDue : rate.due));
    const resumesAt = highPriority ? Math.min(this.#probeAt, this.#blockedUntil) : this.#blockedUntil;
    return Math.max(resumesAt, ...due);
  }

  /** Records a request that is sent now. */
  sent(now: number, tokens: number): SentRequest {
    const { requests: requestsBefore, tokens: tokensBefore } = this.#sent;
    const sentEarly = now < this.#blockedUntil;
    this.#probeAt = Number.POSITIVE_INFINITY;
    const request = { tokens, requestsBefore, tokensBefore, sentEarly };
    this.#sent = { requests: requestsBefore + 1, tokens: tokensBefore + tokens };
    this.#lastActive = now;
    this.#rates.requests?.sent(now, this.#positionOf(request, "requests"));
    this.#rates.tokens?.sent(now, this.#positionOf(request, "tokens"));
    return request;
  }

  /** Records a response that is neither a 429 nor a failure of the server. */
  succeeded(now: number, request: SentRequest): void {
    this.#lastActive = now;
    if (request.requestsBefore >= this.#requestsAtLastLimit) this.#consecutiveLimits = 0;
    if (request.sentEarly) this.#allowProbe(now);
  }

  /**
   * Records a 429.
   *
   * @param random - From 0 to 1, for the jitter.
   * @returns how many milliseconds all requests are now delayed.
   */
  rateLimited(now: number, request: SentRequest, response: RateLimitResponse, random: number): number {
    const { by, resetMs } = response;
    this.#lastActive = now;
    if (resetMs !== undefined) this.#rates[by]?.observeReset(resetMs, weightOf(request, by));
    if (request.sentEarly) this.#enforcesResets = true;
    if (request.requestsBefore >= this.#requestsAtLastLimit && !request.sentEarly)
      this.#learn(now, request, response, random);
    // A 429 is stale if its request was sent before the client received the last one. It can only extend the delay.
    else if (now + (resetMs ?? 0) > this.#blockedUntil + ROUNDING_MS)
      this.#blockedUntil = now + (resetMs ?? 0);
    const { requests, tokens } = this.#rejected;
    this.#rejected = { requests: requests + 1, tokens: tokens + request.tokens };
    return Math.max(0, this.#blockedUntil - now);
  }

  #learn(now: number, request: SentRequest, { by, resetMs }: RateLimitResponse, random: number): void {
    this.#limitedBy = by;
    this.#requestsAtLastLimit = this.#sent.requests;
    this.#consecutiveLimits += 1;
    const delayMs = Math.max(1, resetMs ?? this.#defaultDelayMs(by));
    const resumesAt = Math.max(this.#blockedUntil, now + delayMs + random * this.#extraDelayMs);
    const known = this.#rates[by];
    const position = this.#positionOf(request, by);
    // Requests are counted whole; of a request's tokens there was room for half, on average.
    const room = by === "tokens" ? request.tokens / 2 : 0;
    const rate = (this.#rates[by] =
      known ?? new AdaptiveRate(now, position, this.#startSnapshot(by), resetMs, resumesAt, room));
    known?.rateLimited(now, position, resetMs);
    if (this.#consecutiveLimits > STARVATION_AFTER) rate.dueNoLaterThan(resumesAt);
    // A bucket of tokens fills up in the first pause, for many requests: that is made up for. Requests are counted in
    // windows as often, and what a pause leaves of a window is lost.
    else if (!known && by === "tokens") rate.dueNoLaterThan(now);
    // Processes that share a limit are refused together; a tenth of a request apart they do not come back as one.
    this.#blockedUntil = resumesAt + (random * 0.1) / rate.perMs;
    this.#allowProbe(now);
  }

  /**
   * Allows one high-priority request before the delay is over. A reset in whole seconds is rounded up: a token bucket
   * accepts one request as soon as one is due at the estimated rate. Not if this server has shown that it means its
   * resets.
   */
  #allowProbe(now: number): void {
    const rate = this.#limitedBy === "requests" ? this.#rates.requests : undefined;
    if (rate && !this.#enforcesResets) this.#probeAt = now + 1 / rate.perMs;
  }

  /** The longest extra delay for the present number of 429s in a row. */
  get #extraDelayMs(): number {
    if (this.#consecutiveLimits > STARVATION_AFTER) return MAX_STARVED_EXTRA_DELAY_MS;
    return this.#consecutiveLimits > 1 ? Math.min(MAX_EXTRA_DELAY_MS, 250 * 2 ** this.#consecutiveLimits) : 0;
  }

  /** Without a reset: until a request is due at the known rate, at least. */
  #defaultDelayMs(by: LimitedBy): number {
    const rate = this.#rates[by];
    return rate && by === "requests" ? Math.max(DEFAULT_DELAY_MS, 1 / rate.perMs) : DEFAULT_DELAY_MS;
  }

  #positionOf(request: SentRequest, by: LimitedBy): RequestPosition {
    const { requestsBefore, tokensBefore } = request;
    const weightBefore = by === "requests" ? requestsBefore : tokensBefore;
    const acceptedBefore = weightBefore - this.#rejected[by];
    return { weight: weightOf(request, by), weightBefore, requestsBefore, acceptedBefore };
  }

  #startSnapshot(by: LimitedBy): Snapshot {
    return { at: this.#start, weight: this.#startCounts[by], requests: this.#startCounts.requests };
  }

  #reset(now: number): void {
    this.#rates = {};
    this.#limitedBy = undefined;
    this.#start = this.#lastActive = now;
    this.#startCounts = this.#sent;
    this.#consecutiveLimits = 0;
    this.#probeAt = Number.POSITIVE_INFINITY;
    this.#enforcesResets = false;
  }
}

function weightOf({ tokens }: SentRequest, by: LimitedBy): number {
  return by === "requests" ? 1 : tokens;
}
