/**
 * Estimates the server's rate limit from its 429s. Pure: the time is an argument.
 *
 * The limit is what the server accepted between two 429s, because at both moments its quota was used up. This holds for
 * fixed windows and for token buckets. After a 429 the rate is set a little below the limit and held for a while. Then
 * it climbs along a curve that starts slowly, until the next 429.
 *
 * When a 429 comes decides what it means:
 *
 * - While the rate climbs, it confirms the limit.
 * - Before that, the limit is lower than estimated, or other clients use a share of it.
 * - Right after the client caught up on a delay, this server does not let it catch up.
 * - With almost nothing accepted before it, the limit has collapsed. That is not remembered: the rate soon doubles until
 *   it reaches what was known before.
 *
 * `npm run simulate` tests it under virtual time with windows, buckets, token limits, changing limits and several
 * processes.
 */

import { requestSeconds, snapshotOf, type RequestPosition, type Snapshot } from "./request-position.js";

/**
 * How long a confirmed rate is held, in requests × seconds: 280 requests at 20 per second. Climbing costs a 429. Counted
 * in requests alone, a slow client would hold a rate for hours; in seconds alone, it would receive a 429 for every few
 * requests. An unconfirmed rate is held for an eighth.
 */
const HOLD_REQUEST_SECONDS = 4000;

/** How long the rate takes to double while it climbs: 77 requests at 20 per second. */
const DOUBLING_REQUEST_SECONDS = 300;

/** While the rate regains what was known, it doubles in this many requests, and in a second at least. */
const REGAIN_REQUESTS = 10;

/** Fewer requests than this say nothing about the rate: other clients may have used the quota. */
const MIN_SAMPLE_REQUESTS = 5;

/** The traffic that a server accepts at once, if it accepts bursts. */
const BURST_MS = 1000;

/** The client catches up on the unused quota of a delay at this many times the rate. */
const CATCH_UP = 1.5;

/** A confirmed rate is held this share below the limit, because the server's clock differs from the client's. */
const HEADROOM = 0.07;

/**
 * What a client uses of a limit at most, because the rate is held below it, and a delay in a fixed window is lost. An
 * unconfirmed rate decreases to this share, which leaves quota to other clients.
 */
const UTILISATION = 0.88;

/** The longest time between two requests, however low the rate: the traffic of other clients may have ended. */
export const LONGEST_GAP_MS = 2500;

/** On a slow server the longest gap is twice the time per request at the first 429, up to this. */
const LONGEST_SLOW_GAP_MS = 10_000;

/** The estimated rate of one unit, requests or tokens. Times in milliseconds, rates in units per millisecond. */
export class AdaptiveRate {
  /** The rate at which requests are sent. */
  #rate: number;
  /** The rate after the last 429. */
  #base: number;
  /** The rate that doubling regains. */
  #known: number;
  /** How long the rate is held, in requests × seconds. A guess is not held. */
  #hold = 0;
  /** The totals when the rate started to climb, if it has. */
  #climb: Snapshot | undefined;
  /** The totals at the last 429. */
  #lastLimit: Snapshot;
  /** The client catches up on at most this much of a delay; 0 once the server rejected that. */
  #burstMs: number;
  /** What high-priority requests may be ahead of the rate, however small the burst. */
  readonly #minBurst: number;
  /** Units sent to catch up since the last 429. */
  #caughtUp = 0;
  readonly #longestGapMs: number;
  /** When the next request is due by the rate. It lags behind while quota is unused. */
  #due: number;
  /** The earliest time of the next request while the client catches up. */
  #earliest = Number.NEGATIVE_INFINITY;

  /**
   * Creates the first estimate, from the first 429.
   *
   * @param start - The start of traffic, when the whole quota was free.
   * @param resumesAt - When the next request may be sent.
   * @param isLow - The estimate is too low: the rate doubles until the next 429.
   */
  constructor(now: number, request: RequestPosition, start: Snapshot, resumesAt: number, isLow = false) {
    const { weight } = request;
    const accepted = request.acceptedBefore - start.accepted;
    const ms = Math.max(1, resumesAt - start.at);
    this.#known = accepted > 0 && !isLow ? accepted / ms : Number.POSITIVE_INFINITY;
    const isSample = accepted >= MIN_SAMPLE_REQUESTS * weight;
    this.#rate = this.#base = Math.max(weight, accepted) / (isSample ? Math.max(BURST_MS, ms) : ms);
    const acceptsBursts = accepted >= 3 * weight;
    this.#burstMs = acceptsBursts ? BURST_MS : 0;
    this.#minBurst = acceptsBursts ? weight : 0;
    this.#longestGapMs = longestGap(accepted > 0 ? weight / this.#rate : 0);
    this.#due = resumesAt;
    this.#lastLimit = sampleStart(now, request, resumesAt);
  }

  /** Units per millisecond. */
  get perMs(): number {
    return this.#rate;
  }

  /** When the next request may be sent. */
  get due(): number {
    return Math.max(this.#due, this.#earliest);
  }

  /** When the next high-priority request may be sent: earlier by what the server accepts at once. */
  get highPriorityDue(): number {
    return this.due - Math.max(this.#burstMs, this.#minBurst / this.#rate);
  }

  /** Records a request that is sent now, sets when the next one is due, and raises the rate once the hold is over. */
  sent(now: number, request: RequestPosition): void {
    const { weight } = request;
    const late = Math.min(this.#burstMs, now - this.#due);
    // More than two requests behind the rate: this one catches up.
    if (late * this.#rate > 2 * weight) this.#caughtUp += weight;
    const latest = now + this.#longestGapMs;
    // Unused quota older than the burst is lost.
    this.#due = Math.min(latest, Math.max(this.#due, now - this.#burstMs) + weight / this.#rate);
    this.#earliest = Math.min(latest, now + weight / (this.#rate * CATCH_UP));
    if (this.#rate < this.#known) this.#regain(now, request);
    else if (requestSeconds(this.#lastLimit, now, request) >= this.#hold) this.#rise(now, request);
  }

  /** Makes the next request due at this time or earlier, even if the rate is not paid off by then. */
  dueNoLaterThan(at: number): void {
    this.#due = Math.min(this.#due, at);
    this.#earliest = Math.min(this.#earliest, at);
  }

  /**
   * Records another 429 of this unit.
   *
   * @param resumesAt - When the next request may be sent.
   */
  rateLimited(now: number, request: RequestPosition, resumesAt: number): void {
    const { weight, acceptedBefore } = request;
    const accepted = acceptedBefore - this.#lastLimit.accepted;
    const ms = Math.max(1, now - this.#lastLimit.at);
    // The client mostly caught up since the last 429, and the server rejected that.
    if (this.#caughtUp > 0 && accepted < 2 * (this.#caughtUp + weight)) this.#burstMs = 0;
    else if (this.#rate * ms < MIN_SAMPLE_REQUESTS * weight) return;
    else this.#learn(accepted / ms, accepted < MIN_SAMPLE_REQUESTS * weight);
    this.#lastLimit = sampleStart(now, request, resumesAt);
    this.#climb = undefined;
    this.#caughtUp = 0;
  }

  /**
   * Sets the rate from the average rate since the last 429, at least half of the present rate.
   *
   * @param isCollapse - Almost nothing was accepted.
   */
  #learn(seen: number, isCollapse: boolean): void {
    const before = this.#rate;
    const found = this.#climb
      ? Math.min(before, seen / UTILISATION) * (1 - HEADROOM)
      : Math.min(seen, before * UTILISATION);
    this.#rate = this.#base = Math.max(found, before / 2);
    this.#known = isCollapse ? Math.max(before, this.#known) * UTILISATION : this.#rate;
    this.#hold = this.#climb ? HOLD_REQUEST_SECONDS : HOLD_REQUEST_SECONDS / 8;
    if (isCollapse || (!this.#climb && seen < before / 2)) this.#hold = 0;
  }

  #regain(now: number, { requestsBefore }: RequestPosition): void {
    const seconds = (now - this.#lastLimit.at) / 1000;
    const doublings = Math.min(seconds, (requestsBefore - this.#lastLimit.requests) / REGAIN_REQUESTS);
    this.#rate = Math.max(this.#rate, Math.min(this.#known, this.#base * 2 ** doublings));
    this.#climb = undefined;
  }

  #rise(now: number, request: RequestPosition): void {
    if (!this.#climb) {
      this.#climb = snapshotOf(now, request);
      this.#base = this.#rate;
    }
    const passed = requestSeconds(this.#climb, now, request) / DOUBLING_REQUEST_SECONDS;
    this.#rate = this.#known = Math.max(this.#rate, this.#base * (1 + passed ** 1.5));
  }
}

/** Half of a delay counts: a bucket fills up in it, but what it leaves of a fixed window is lost. */
function sampleStart(now: number, request: RequestPosition, resumesAt: number): Snapshot {
  return snapshotOf((now + resumesAt) / 2, request);
}

function longestGap(perRequestMs: number): number {
  return Math.min(LONGEST_SLOW_GAP_MS, Math.max(LONGEST_GAP_MS, 2 * perRequestMs));
}
