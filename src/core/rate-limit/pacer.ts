/**
 * Decides when the next request may be sent. Pure: time and random numbers are arguments, and nothing here waits.
 *
 * Together's limits are dynamic, per organization and model, and unpublished (rate limit page, 2026). The client must
 * find the rate that the server accepts. After the first 429, the rate is estimated, in requests or in tokens
 * (`adaptive-rate.ts`). One delay blocks all requests.
 *
 * A 429 without a limit, from a gateway that sheds load, is noise: the server accepts the requests right after it. Then
 * the client returns to its state before the 429.
 */

import { AdaptiveRate, LONGEST_GAP_MS } from "./adaptive-rate.js";
import type { RequestPosition, Snapshot } from "./request-position.js";

/** The delay after a 429 without a reset. */
const DEFAULT_DELAY_MS = 500;

/** The longest extra delay after several 429s in a row. */
const MAX_EXTRA_DELAY_MS = 2000;

/** 429s in a row after which other clients use the whole limit. Only frequent requests at random moments find a gap. */
const STARVATION_AFTER = 6;

/** 429s are noise only up to this share of all requests: near its limit, a server accepts almost all as well. */
const MAX_NOISE = 0.04;

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
  /** How long before the end of a delay it was sent; 0 if there was none. */
  readonly earlyMs: number;
}

/** What a 429 says. */
export interface RateLimitResponse {
  readonly by: LimitedBy;
  /** Milliseconds until the server accepts requests again, if the server says so. */
  readonly resetMs: number | undefined;
}

/** A 429 that may be noise. */
interface Suspect {
  readonly requestsBefore: number;
  /** The end of the delay before it. */
  readonly blockedUntil: number;
  /** How many of the requests sent after it must be accepted, so that it is noise. */
  missing: number;
}

/** Paces the requests of one model and API key. All times in milliseconds. */
export class Pacer {
  #sent = { requests: 0, tokens: 0 };
  /** Requests that received a 429, and their tokens. */
  #rejected = { requests: 0, tokens: 0 };
  /** When traffic started, and the totals at that time. */
  #start = { at: Number.NEGATIVE_INFINITY, sent: this.#sent, rejected: this.#rejected };
  #rates: { requests?: AdaptiveRate; tokens?: AdaptiveRate } = {};
  #limitedBy: LimitedBy | undefined;
  /** The end of the delay. */
  #blockedUntil = Number.NEGATIVE_INFINITY;
  /** When one request may be sent during the delay: of high priority, or of any. */
  #probeAt = { high: Number.POSITIVE_INFINITY, any: Number.POSITIVE_INFINITY };
  /** A request that was sent during a delay received a 429: this server means its resets. */
  #enforcesResets = false;
  /** A request that was sent during a long delay was accepted: this server's resets are wrong. */
  #ignoresLongResets = false;
  /** Requests sent when the client received the last 429 that it learned from. A 429 of these is not new. */
  #requestsAtLastLimit = 0;
  /** 429s without a success in between, stale ones not counted. */
  #consecutiveLimits = 0;
  #suspect: Suspect | undefined;
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
   * Forgets all that was learned if no request was sent for a minute. Call it before {@link Pacer.nextSendTime} if
   * nothing is in flight.
   *
   * @returns whether it forgot.
   */
  observeIdle(now: number): boolean {
    if (now - Math.max(this.#lastActive, this.#blockedUntil) <= IDLE_RESET_MS) return false;
    this.#restart(now);
    this.#enforcesResets = this.#ignoresLongResets = false;
    return true;
  }

  /**
   * Returns when the next request may be sent, possibly in the past.
   *
   * @param highPriority - The request is sent ahead of the rate, by what the server accepts in a burst, and may probe
   * during a delay.
   */
  nextSendTime(highPriority: boolean): number {
    const { high, any } = this.#probeAt;
    const probeAt = highPriority ? Math.min(high, any) : any;
    if (probeAt < this.#blockedUntil) return probeAt;
    const due = Object.values(this.#rates).map((rate) => (highPriority ? rate.highPriorityDue : rate.due));
    return Math.max(this.#blockedUntil, ...due);
  }

  /** Records a request that is sent now. */
  sent(now: number, tokens: number): SentRequest {
    const { requests: requestsBefore, tokens: tokensBefore } = this.#sent;
    const request = { tokens, requestsBefore, tokensBefore, earlyMs: Math.max(0, this.#blockedUntil - now) };
    this.#sent = { requests: requestsBefore + 1, tokens: tokensBefore + tokens };
    this.#lastActive = now;
    this.#clearProbes();
    this.#rates.requests?.sent(now, this.#positionOf(request, "requests"));
    this.#rates.tokens?.sent(now, this.#positionOf(request, "tokens"));
    return request;
  }

  /** Records a response that is neither a 429 nor a failure of the server. */
  succeeded(now: number, request: SentRequest): void {
    this.#lastActive = now;
    if (request.requestsBefore >= this.#requestsAtLastLimit) this.#consecutiveLimits = 0;
    if (request.earlyMs > 0) this.#probeSucceeded(now, request);
    else this.#checkSuspect(request);
  }

  /**
   * Records a 429.
   *
   * @param random - From 0 to 1, for the jitter.
   * @returns how many milliseconds all requests are now delayed.
   */
  rateLimited(now: number, request: SentRequest, { by, resetMs }: RateLimitResponse, random: number): number {
    this.#lastActive = now;
    const delayMs = this.#ignoresLongResets && isLong(resetMs) ? undefined : resetMs;
    if (request.earlyMs > 0) this.#enforcesResets = true;
    if (request.requestsBefore >= this.#requestsAtLastLimit && request.earlyMs === 0)
      this.#learn(now, request, { by, resetMs: delayMs }, random);
    // A 429 is stale if its request was sent before the client received the last one. It can only extend the delay.
    else this.#blockedUntil = Math.max(this.#blockedUntil, now + (delayMs ?? 0));
    const { requests, tokens } = this.#rejected;
    this.#rejected = { requests: requests + 1, tokens: tokens + request.tokens };
    return Math.max(0, this.#blockedUntil - now);
  }

  #learn(now: number, request: SentRequest, { by, resetMs }: RateLimitResponse, random: number): void {
    this.#suspect = this.#suspectOf(request);
    this.#limitedBy = by;
    this.#requestsAtLastLimit = this.#sent.requests;
    this.#consecutiveLimits += 1;
    const delayMs = Math.max(1, resetMs ?? this.#defaultDelayMs(by));
    const extraMs = Math.min(MAX_EXTRA_DELAY_MS, 1000 * (this.#consecutiveLimits - 1));
    const resumesAt = Math.max(this.#blockedUntil, now + delayMs + random * extraMs);
    const rate = this.#rateAfter(now, by, this.#positionOf(request, by), resumesAt);
    if (this.#consecutiveLimits > STARVATION_AFTER) rate.dueNoLaterThan(resumesAt);
    // Processes that share a limit are rejected together; a tenth of a request apart they do not come back as one.
    this.#blockedUntil = resumesAt + (random * 0.1) / rate.perMs;
    if (isLong(this.#blockedUntil - now) && !this.#enforcesResets) this.#probeAt.any = now + LONGEST_GAP_MS;
    this.#allowHighPriorityProbe(now);
  }

  #rateAfter(now: number, by: LimitedBy, position: RequestPosition, resumesAt: number): AdaptiveRate {
    const known = this.#rates[by];
    known?.rateLimited(now, position, resumesAt);
    if (known) return known;
    const rate = new AdaptiveRate(now, position, this.#startSnapshot(by), resumesAt, by === "tokens");
    // A bucket of tokens fills up in the first delay, for many requests: the client catches up on that. Requests are
    // counted in windows as often, and what a delay leaves of a window is lost.
    if (by === "tokens") rate.dueNoLaterThan(now);
    return (this.#rates[by] = rate);
  }

  /** Before a limit is known, a 429 may be noise. */
  #suspectOf({ requestsBefore }: SentRequest): Suspect | undefined {
    const later = this.#sent.requests - requestsBefore - 1;
    const isRare = this.#rejected.requests <= 3 + MAX_NOISE * this.#sent.requests;
    if (this.#limitedBy || later === 0 || !isRare) return undefined;
    return { requestsBefore, blockedUntil: this.#blockedUntil, missing: Math.ceil(0.8 * later) };
  }

  /** Returns to the state before a 429 if the server accepted most of the requests that were sent after it. */
  #checkSuspect(request: SentRequest): void {
    const suspect = this.#suspect;
    const { requestsBefore } = request;
    if (!suspect || requestsBefore < suspect.requestsBefore || requestsBefore >= this.#requestsAtLastLimit)
      return;
    suspect.missing -= 1;
    if (suspect.missing > 0) return;
    this.#forgetRates();
    this.#blockedUntil = suspect.blockedUntil;
  }

  /** A request that was sent during a delay was accepted. Long before its end, that shows that the reset was wrong. */
  #probeSucceeded(now: number, { earlyMs }: SentRequest): void {
    if (earlyMs < LONGEST_GAP_MS) return this.#allowHighPriorityProbe(now);
    this.#ignoresLongResets = true;
    this.#restart(now);
  }

  /**
   * Allows one high-priority request before the delay is over. A reset in whole seconds is rounded up: a token bucket
   * accepts one request as soon as one is due at the estimated rate. Not if this server has shown that it means its
   * resets.
   */
  #allowHighPriorityProbe(now: number): void {
    const rate = this.#limitedBy === "requests" ? this.#rates.requests : undefined;
    if (rate && !this.#enforcesResets) this.#probeAt.high = now + 1 / rate.perMs;
  }

  /** Without a reset: until a request is due at the known rate, at least. */
  #defaultDelayMs(by: LimitedBy): number {
    const rate = this.#rates[by];
    return rate && by === "requests" ? Math.max(DEFAULT_DELAY_MS, 1 / rate.perMs) : DEFAULT_DELAY_MS;
  }

  #positionOf({ tokens, requestsBefore, tokensBefore }: SentRequest, by: LimitedBy): RequestPosition {
    const [weight, sentBefore] = by === "requests" ? [1, requestsBefore] : [tokens, tokensBefore];
    return { weight, acceptedBefore: sentBefore - this.#rejected[by], requestsBefore };
  }

  #startSnapshot(by: LimitedBy): Snapshot {
    const { at, sent, rejected } = this.#start;
    return { at, accepted: sent[by] - rejected[by], requests: sent.requests };
  }

  /** Starts as before the first request. */
  #restart(now: number): void {
    this.#forgetRates();
    this.#start = { at: now, sent: this.#sent, rejected: this.#rejected };
    this.#requestsAtLastLimit = this.#sent.requests;
    this.#blockedUntil = this.#lastActive = now;
  }

  #forgetRates(): void {
    this.#rates = {};
    this.#limitedBy = this.#suspect = undefined;
    this.#consecutiveLimits = 0;
    this.#clearProbes();
  }

  #clearProbes(): void {
    this.#probeAt = { high: Number.POSITIVE_INFINITY, any: Number.POSITIVE_INFINITY };
  }
}

/** In a delay this long, one request checks whether the reset is right. */
function isLong(delayMs: number | undefined): boolean {
  return delayMs !== undefined && delayMs > 2 * LONGEST_GAP_MS;
}
