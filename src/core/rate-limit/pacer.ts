/**
 * Determines when the next request may be sent. Pure: time and random numbers are arguments, and nothing here waits.
 *
 * Together's limits are dynamic, per organization and model, and unpublished (rate limit page, 2026). The client must
 * find the rate that the server accepts. After the first 429, the rate is estimated, in requests or in tokens
 * (`adaptive-rate.ts`). One delay blocks all requests.
 *
 * A 429 without a limit, from a gateway under load, is noise: the server accepts the next requests. Then the client
 * returns to its state before the 429.
 */

import { AdaptiveRate, LONGEST_GAP_MS, type Snapshot } from "./adaptive-rate.js";
import { NoiseDetector } from "./noise.js";

/** The delay after a 429 without a reset. With 100 ms: time -3 %, 429s +0.8 points, collapses +7 points. */
const DEFAULT_DELAY_MS = 500;

/**
 * 429s in a row after which other clients use the whole limit. Only frequent requests at random times are accepted
 * then. Without it: 11 of 180 jobs of four processes on one request per second fail.
 */
const STARVATION_AFTER = 6;

/**
 * The pacer resets its estimates after this time without traffic: limits change within hours. Without it: 429s +5.4
 * points with 100 requests every 90 s to a bucket.
 */
const IDLE_RESET_MS = 60_000;

/** The limited unit, by the server's response. */
export type LimitedBy = "requests" | "tokens";

/** Requests and their tokens. */
type Totals = Readonly<Record<LimitedBy, number>>;

/** A sent request. The pacer needs it again when the request ends. */
export interface SentRequest {
  readonly tokens: number;
  /** The totals sent before it. */
  readonly before: Totals;
  /** How long before the end of a delay it was sent; 0 if there was none. */
  readonly earlyMs: number;
}

/** The contents of a 429. */
export interface RateLimitResponse {
  readonly by: LimitedBy;
  /** Milliseconds until the server accepts requests again, if the response has a reset. */
  readonly resetMs: number | undefined;
}

const NEVER = Number.POSITIVE_INFINITY;

/** Paces the requests of one model and API key. All times in milliseconds. */
export class Pacer {
  #sent: Totals = { requests: 0, tokens: 0 };
  /** The totals of requests that received a 429. */
  #rejected: Totals = { requests: 0, tokens: 0 };
  /** The start of traffic. The first {@link Pacer.observeIdle} sets it. */
  #start!: Readonly<Record<LimitedBy, Snapshot>>;
  #rates: { requests?: AdaptiveRate; tokens?: AdaptiveRate } = {};
  #limitedBy: LimitedBy | undefined;
  /** The end of the delay. */
  #blockedUntil = -NEVER;
  /** The start of the time until a probe: one request that is sent during the delay. Infinite if none is allowed. */
  #probeFrom = NEVER;
  /**
   * Probes have shown that the server enforces its resets, or that it accepts requests long before them. Without
   * "meant": 429s +1.5 points in windows of a minute; without "wrong": 2.4 times as long if every reset is 60.
   */
  #resets: "meant" | "wrong" | undefined;
  /** Number of requests sent when the last new 429 was received. A 429 for one of these is stale. */
  #sentAtLastLimit = 0;
  /** 429s without a success in between, stale ones not counted. */
  #consecutiveLimits = 0;
  readonly #noise = new NoiseDetector();
  #lastActive = -NEVER;

  /** The limited unit of the last 429. */
  get limitedBy(): LimitedBy | undefined {
    return this.#limitedBy;
  }

  /** The estimated rate of the limited unit, per second; infinite before the first 429. */
  get ratePerSecond(): number {
    const rate = this.#limitedBy && this.#rates[this.#limitedBy];
    return rate ? rate.perMs * 1000 : Number.POSITIVE_INFINITY;
  }

  /**
   * Resets all estimates if no request was sent for a minute. Call it before {@link Pacer.nextSendTime} if nothing is
   * in flight.
   *
   * @returns whether it reset them.
   */
  observeIdle(now: number): boolean {
    if (now - Math.max(this.#lastActive, this.#blockedUntil) <= IDLE_RESET_MS) return false;
    this.#restart(now);
    this.#resets = undefined;
    return true;
  }

  /**
   * Returns when the next request may be sent, possibly in the past.
   *
   * @param highPriority - The request is sent ahead of the rate if the server accepts bursts, and may probe during a
   * delay.
   */
  nextSendTime(highPriority: boolean): number {
    const probeAt = this.#probeFrom + this.#probeDelayMs(highPriority);
    if (probeAt < this.#blockedUntil) return probeAt;
    const due = Object.values(this.#rates).map((rate) => (highPriority ? rate.highPriorityDue : rate.due));
    return Math.max(this.#blockedUntil, ...due);
  }

  /**
   * Records a request that is sent now.
   *
   * @param isProbe - It probes if an outage is over. The circuit breaker sets its time, so it changes no estimate.
   */
  sent(now: number, tokens: number, isProbe = false): SentRequest {
    const request = { tokens, before: this.#sent, earlyMs: Math.max(0, this.#blockedUntil - now) };
    this.#lastActive = now;
    this.#probeFrom = NEVER;
    if (!isProbe)
      for (const by of ["requests", "tokens"] as const)
        this.#rates[by]?.sent(this.#snapshot(now, by), weightOf(request, by));
    this.#sent = add(this.#sent, request);
    return request;
  }

  /** Leaves out the milliseconds of an outage, which say nothing about the limit. */
  skip(ms: number): void {
    for (const rate of Object.values(this.#rates)) rate.skip(ms);
  }

  /**
   * Records a response that is neither a 429 nor a failure of the server.
   *
   * @returns whether it reset all estimates, because the server's resets are wrong.
   */
  succeeded(now: number, request: SentRequest): boolean {
    this.#lastActive = now;
    if (request.before.requests >= this.#sentAtLastLimit) this.#consecutiveLimits = 0;
    else this.#checkNoise(request);
    const isWrong = isLong(request.earlyMs);
    if (isWrong) {
      this.#resets = "wrong";
      this.#restart(now);
    } else if (request.earlyMs > 0) this.#probeFrom = now;
    return isWrong;
  }

  /**
   * Records a 429.
   *
   * @param random - From 0 to 1, for the jitter.
   * @returns how many milliseconds all requests are now delayed.
   */
  rateLimited(now: number, request: SentRequest, { by, resetMs }: RateLimitResponse, random: number): number {
    this.#lastActive = now;
    const delayMs = this.#resets === "wrong" && isLong(resetMs ?? 0) ? undefined : resetMs;
    if (request.earlyMs > 0) this.#resets ??= "meant";
    if (request.before.requests >= this.#sentAtLastLimit && request.earlyMs === 0)
      this.#learn(now, request, { by, resetMs: delayMs }, random);
    // A 429 is stale if its request was sent before the client received the last one. It can only extend the delay.
    else this.#blockedUntil = Math.max(this.#blockedUntil, now + (delayMs ?? 0));
    this.#rejected = add(this.#rejected, request);
    return Math.max(0, this.#blockedUntil - now);
  }

  #learn(now: number, request: SentRequest, { by, resetMs }: RateLimitResponse, random: number): void {
    const totals = { sent: this.#sent.requests, rejected: this.#rejected.requests };
    if (this.#limitedBy) this.#noise.reset();
    else this.#noise.rateLimited(request.before.requests, totals, this.#blockedUntil);
    this.#limitedBy = by;
    this.#sentAtLastLimit = this.#sent.requests;
    this.#consecutiveLimits += 1;
    const resumesAt = Math.max(this.#blockedUntil, now + this.#delayMs(by, resetMs, random));
    const rate = this.#rateAfter(now, request, by, resumesAt);
    if (this.#isStarved) rate.dueNoLaterThan(resumesAt);
    // Processes that share a limit receive 429s together; jitter of a tenth of a request separates their retries.
    this.#blockedUntil = resumesAt + (random * 0.1) / rate.perMs;
    if (this.#resets !== "meant") this.#probeFrom = now;
  }

  /**
   * How long a probe waits during the delay. A reset in whole seconds is rounded up: a token bucket accepts one request
   * as soon as one is due at the estimated rate. Without this probe: p95 of queries beside a bucket is 37 times as long.
   * A long reset may be wrong.
   */
  #probeDelayMs(highPriority: boolean): number {
    if (highPriority && this.#limitedBy === "requests") return 1000 / this.ratePerSecond;
    return isLong(this.#blockedUntil - this.#probeFrom - LONGEST_GAP_MS) ? LONGEST_GAP_MS : NEVER;
  }

  /** The delay without a reset: until a request is due at the known rate, at most the longest gap. */
  #delayMs(by: LimitedBy, resetMs: number | undefined, random: number): number {
    const perRequestMs = by === "requests" ? 1 / (this.#rates.requests?.perMs ?? NEVER) : 0;
    const defaultMs = Math.min(LONGEST_GAP_MS, Math.max(DEFAULT_DELAY_MS, perRequestMs));
    const maxExtraMs = this.#isStarved ? 1000 : LONGEST_GAP_MS;
    const extraMs = Math.min(maxExtraMs, 1000 * (this.#consecutiveLimits - 1));
    return Math.max(1, resetMs ?? defaultMs) + random * extraMs;
  }

  get #isStarved(): boolean {
    return this.#consecutiveLimits > STARVATION_AFTER;
  }

  #rateAfter(now: number, request: SentRequest, by: LimitedBy, resumesAt: number): AdaptiveRate {
    const known = this.#rates[by];
    const weight = weightOf(request, by);
    const at = this.#snapshot(now, by, request.before);
    known?.rateLimited(at, weight, resumesAt);
    // A bucket of tokens may hold less than the traffic of the first delay: the first estimate is too low.
    return (this.#rates[by] =
      known ?? new AdaptiveRate(at, weight, this.#start[by], resumesAt, by === "tokens"));
  }

  /** Returns to the state before a 429 that was noise. */
  #checkNoise({ before }: SentRequest): void {
    const blockedUntil = this.#noise.accepted(before.requests);
    if (blockedUntil === undefined) return;
    this.#forgetRates();
    this.#blockedUntil = blockedUntil;
  }

  #snapshot(at: number, by: LimitedBy, sent = this.#sent): Snapshot {
    return { at, accepted: sent[by] - this.#rejected[by], requests: sent.requests };
  }

  /** Starts as before the first request. */
  #restart(now: number): void {
    this.#forgetRates();
    this.#start = { requests: this.#snapshot(now, "requests"), tokens: this.#snapshot(now, "tokens") };
    this.#sentAtLastLimit = this.#sent.requests;
    this.#blockedUntil = this.#lastActive = now;
  }

  #forgetRates(): void {
    this.#rates = {};
    this.#limitedBy = undefined;
    this.#noise.reset();
    this.#consecutiveLimits = 0;
    this.#probeFrom = NEVER;
  }
}

/** A server that accepts a request this long before its reset sends wrong resets. */
function isLong(delayMs: number): boolean {
  return delayMs > 2 * LONGEST_GAP_MS;
}

function add({ requests, tokens }: Totals, request: SentRequest): Totals {
  return { requests: requests + 1, tokens: tokens + request.tokens };
}

function weightOf({ tokens }: SentRequest, by: LimitedBy): number {
  return by === "requests" ? 1 : tokens;
}
