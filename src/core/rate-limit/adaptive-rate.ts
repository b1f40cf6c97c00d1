/**
 * Estimates the server's rate limit from its 429s. Pure: the time is an argument.
 *
 * The limit is what the server accepted between two 429s, because at both moments its quota was used up. This holds for
 * fixed windows and for token buckets. After a 429 the rate is set a little below the limit and held for a while. Then
 * it probes: it rises along a curve that starts slowly, until the next 429.
 *
 * When a 429 comes decides what it means:
 *
 * - While the rate probes, it confirms the limit.
 * - Before that, the limit is lower than estimated, or other clients use a share of it.
 * - Right after the client caught up on a delay, this server does not let it catch up.
 *
 * `npm run simulate` tests it under virtual time with windows, buckets, token limits, changing limits and several
 * processes.
 */

import {
  averageRate,
  requestSeconds,
  snapshotOf,
  type RequestPosition,
  type Snapshot,
} from "./request-position.js";
import { isExact, refillBetween, waitOf, type Wait } from "./waits.js";

/**
 * How long a rate is held before it probes, in requests × seconds: 245 requests at 20 per second. Probing costs a 429.
 * Counted in requests alone, a slow client would hold a rate for hours; in seconds alone, it would receive a 429 for
 * every few requests.
 */
const HOLD_REQUEST_SECONDS = 3000;

/** But never for fewer requests: at one a second, one refusal in a hundred requests. */
const LEAST_HELD = 85;

/** The hold after a 429 that came before probing: other clients took a share and may have finished soon. */
const SHARED_HOLD = HOLD_REQUEST_SECONDS / 8;

/** How long the rate takes to double while it probes: 80 requests at 20 per second. */
const DOUBLING_REQUEST_SECONDS = 320;

/** A refusal before so much has passed, likewise, speaks of a new limit or of others, not of the end of a climb. */
const EARLY_REQUEST_SECONDS = 500;

/** The client catches up on the unused quota of a delay at this many times the rate. */
const CATCH_UP = 2;

/** The longest time between two requests, however low the rate: the traffic of other clients may have ended. */
const LONGEST_GAP_MS = 2500;

/** On a slow server the longest gap is this many times the time per request at the first 429, up to a maximum. */
const SLOW_GAP = 2;
const LONGEST_SLOW_GAP_MS = 10_000;

/** No window is as short: a wait below this is what a bucket needs to refill. */
const SHORTEST_WINDOW_MS = 250;

/** What two exact waits say about the rate is final if they are so far apart. */
const MEASURED_MS = 1000;

/** The rate is held this share below the limit, because the server's clock differs from the client's. */
const HEADROOM = 0.04;

/** The same where the server takes no two requests at once: clients that share such a limit need a gap. */
const STEP_BACK_FROM_STRICT = 0.1;

/**
 * What a fixed window accepted since the last 429 is this share of its limit. The rest was not used: the rate was held
 * below the limit, and what a delay leaves of a window is lost.
 */
const WINDOW_UTILISATION = 0.88;

/** A 429 before this many requests were due says nothing about the rate: other clients may have used the quota. */
const MIN_SAMPLE_REQUESTS = 5;

/** The rate decreases by at least this share after a 429 before probing. This leaves quota to other clients. */
const DECREASE = 0.15;

/** Seeing less than this share of the rate means a limit that is not known yet. */
const ANOTHER_LIMIT = 0.6;

/** It falls further if that is what was seen, but not to next to nothing. */
const MIN_DECREASE = 0.1;

/**
 * The estimated rate of one unit, requests or tokens. Times in milliseconds, rates in units per millisecond. The weight
 * of a request is its number of units.
 */
export class AdaptiveRate {
  /** The estimated limit. */
  #limit: number;
  /** The rate at which requests are sent: below the limit while it is held, above it while it probes. */
  #rate: number;
  /** Units that the server accepted at once, beyond the rate; 0 once it rejected catching up. */
  #burst: number;
  readonly #longestGapMs: number;
  readonly #headroom: number;
  /** What may go ahead of its turn even where nothing can be made up for: one request, if two were ever taken at once. */
  readonly #minBurst: number;
  /** When the next request is due by the rate. It lags behind while quota is unused. */
  #due: number;
  /** The earliest time of the next request while the client catches up. */
  #earliest = Number.NEGATIVE_INFINITY;
  /** The totals at the last 429. */
  #lastLimit: Snapshot;
  /** How long the rate is held, in requests × seconds; 0 for a guess, which probes at once. */
  #hold = 0;
  /** The totals when probing started, if it has. */
  #probeStart: Snapshot | undefined;
  /** Units sent to catch up since the last 429. */
  #caughtUp = 0;
  /** The first exact wait, until the rate has been measured from there. */
  #wait: Wait | undefined;
  /** Exact waits are those of a bucket, and its rate has not been measured yet. */
  #hasExactResets = false;

  /**
   * Creates the first estimate, from the first 429.
   *
   * @param request - The request that received it.
   * @param start - The start of traffic, when the whole quota was free.
   * @param resetMs - The delay that the server named, if any.
   * @param resumesAt - When the next request may be sent.
   * @param room - What it may have had left, too little for what was refused.
   */
  constructor(
    now: number,
    request: RequestPosition,
    start: Snapshot,
    resetMs: number | undefined,
    resumesAt: number,
    room = 0,
  ) {
    const accepted = Math.max(request.weight, request.weightBefore - start.weight + room);
    const seen = accepted / Math.max(1, resumesAt - start.at);
    this.#limit = this.#rate = seen;
    this.#longestGapMs = longestGap(request.weightBefore > start.weight ? request.weight / seen : 0);
    if (isExact(resetMs)) {
      this.#wait = waitOf(now + resetMs, request);
      this.#hasExactResets = resetMs < Math.max(SHORTEST_WINDOW_MS, now - start.at);
      this.observeReset(resetMs, request.weight);
    }
    this.#burst = Math.max(0, accepted - (this.#rate * (now - start.at) + request.weight));
    const takesTwo = this.#burst >= 2 * request.weight;
    this.#headroom = takesTwo ? HEADROOM : STEP_BACK_FROM_STRICT;
    this.#minBurst = takesTwo ? request.weight : 0;
    this.#due = resumesAt;
    this.#lastLimit = snapshotOf(now, request);
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
    return this.due - Math.max(this.#burst, this.#minBurst) / this.#rate;
  }

  /** How long the burst lasts at the rate. The client catches up on at most this time. */
  get #burstMs(): number {
    return this.#burst / this.#rate;
  }

  /**
   * Records a request that is sent now, and sets when the next one is due. After a delay the client catches up on
   * unused quota, up to the burst. Once the hold is over, each request raises the rate.
   */
  sent(now: number, { weight, weightBefore, requestsBefore }: RequestPosition): void {
    const late = Math.min(this.#burstMs, now - this.#due);
    // More than two requests behind the rate: this one catches up.
    if (late * this.#rate > 2 * weight) this.#caughtUp += weight;
    const latest = now + this.#longestGapMs;
    // Unused quota older than the burst is lost.
    this.#due = Math.min(latest, Math.max(this.#due, now - this.#burstMs) + weight / this.#rate);
    this.#earliest = Math.min(latest, now + weight / (this.#rate * CATCH_UP));
    if (this.#isHolding(now, requestsBefore)) return;
    this.#probeStart ??= { at: now, weight: weightBefore, requests: requestsBefore };
    this.#rate = Math.max(
      this.#rate,
      this.#limit *
        (1 + (requestSeconds(this.#probeStart, now, requestsBefore) / DOUBLING_REQUEST_SECONDS) ** 1.5),
    );
  }

  /** Makes the next request due at this time or earlier, even if the rate is not paid off by then. */
  dueNoLaterThan(at: number): void {
    this.#due = Math.min(this.#due, at);
    this.#earliest = Math.min(this.#earliest, at);
  }

  /**
   * Another 429 said how long. A bucket that refills while we ask names any part of the time that one request takes:
   * the longest is the whole.
   */
  observeReset(resetMs: number, weight: number): void {
    if (this.#hasExactResets && isExact(resetMs))
      this.#limit = this.#rate = Math.min(this.#rate, weight / resetMs);
  }

  /**
   * Records another 429 of this unit.
   *
   * @param resetMs - The delay that the server named, if any.
   */
  rateLimited(now: number, request: RequestPosition, resetMs?: number): void {
    const sinceLastLimit = request.weightBefore - this.#lastLimit.weight;
    const expectedRequests = (this.#rate * (now - this.#lastLimit.at)) / request.weight;
    if (this.#wait && isExact(resetMs)) this.#measure(this.#wait, waitOf(now + resetMs, request));
    // The client mostly caught up since the last 429, and the server rejected that.
    else if (this.#caughtUp > 0 && sinceLastLimit < 2 * (this.#caughtUp + request.weight)) this.#burst = 0;
    else if (expectedRequests < MIN_SAMPLE_REQUESTS) return;
    else this.#learn(now, request, averageRate(this.#lastLimit, now, request));
    this.#lastLimit = snapshotOf(now, request);
    this.#probeStart = undefined;
    this.#caughtUp = 0;
  }

  /** Takes what two exact waits say. If little was accepted in between, other clients may have taken the rest. */
  #measure(from: Wait, to: Wait): void {
    const refill = refillBetween(from, to);
    if (!refill) return;
    const least = refill.weight < MIN_SAMPLE_REQUESTS * to.weight ? this.#rate / 2 : 0;
    const found = Math.min(this.#rate, Math.max(least, refill.weight / refill.ms));
    if (refill.ms >= MEASURED_MS) this.#holdAt(found, HOLD_REQUEST_SECONDS);
    else this.#limit = this.#rate = found;
  }

  #isHolding(now: number, requestsBefore: number): boolean {
    const least = (LEAST_HELD * this.#hold) / HOLD_REQUEST_SECONDS;
    return (
      requestsBefore - this.#lastLimit.requests < least ||
      requestSeconds(this.#lastLimit, now, requestsBefore) < this.#hold
    );
  }

  /** Learns from the average rate since the last 429. */
  #learn(now: number, request: RequestPosition, seen: number): void {
    if (this.#probeStart) {
      const whileProbing = this.#averageWhileProbing(now, request, this.#probeStart);
      this.#holdAt(Math.min(whileProbing, seen / WINDOW_UTILISATION), HOLD_REQUEST_SECONDS);
    } else if (requestSeconds(this.#lastLimit, now, request.requestsBefore) < EARLY_REQUEST_SECONDS)
      this.#decreaseTo(seen);
    else this.#holdAt(seen, SHARED_HOLD);
  }

  /** Decreases the rate to what was seen, by at least {@link DECREASE}. */
  #decreaseTo(seen: number): void {
    const found = Math.min(seen, this.#rate * (1 - DECREASE));
    this.#hold = seen < this.#rate * ANOTHER_LIMIT ? 0 : SHARED_HOLD;
    this.#limit = this.#rate = Math.max(found, this.#rate * MIN_DECREASE);
  }

  /** Sets the limit, at least half and at most all of the present rate, and holds the rate a little below it. */
  #holdAt(found: number, hold: number): void {
    const limit = Math.min(this.#rate, Math.max(found, this.#rate / 2));
    this.#hold = hold;
    this.#hasExactResets = false;
    this.#wait = undefined;
    this.#limit = limit;
    this.#rate = limit * (1 - this.#headroom);
  }

  /** Returns the average rate since probing started; the present rate if that were too few requests. */
  #averageWhileProbing(now: number, request: RequestPosition, start: Snapshot): number {
    const requests = request.requestsBefore - start.requests;
    return requests < MIN_SAMPLE_REQUESTS ? this.#rate : averageRate(start, now, request);
  }
}

function longestGap(perRequestMs: number): number {
  return Math.min(LONGEST_SLOW_GAP_MS, Math.max(LONGEST_GAP_MS, SLOW_GAP * perRequestMs));
}
