/**
 * Estimates the server's rate limit from its 429s. Pure: the time is an argument.
 *
 * The limit is what the server accepted between two 429s, because at both moments its quota was used up. This holds for
 * fixed windows and for token buckets. After a 429 the rate is set a little below the limit and held for a while. Then
 * it climbs along a curve that starts slowly, until the next 429.
 *
 * The meaning of a 429 depends on its time:
 *
 * - While the rate climbs, it confirms the limit.
 * - Before that, the limit is lower than estimated, or other clients use a share of it.
 * - With almost nothing accepted before it, the limit has collapsed. The client does not remember this limit: the rate
 *   soon doubles until it reaches the known rate.
 *
 * `npm run simulate` tests it under virtual time with windows, buckets, token limits, changing limits and several
 * processes.
 */

/**
 * How long a confirmed rate is held, in requests × seconds: 245 requests at 20 per second. Climbing costs a 429.
 * Counted in requests alone, a slow client would hold a rate for hours; in seconds alone, it would receive a 429 for
 * every few requests. Without it: 429s +1.6 points at 157 requests and +2.6
 * at 1,600.
 */
const HOLD_REQUEST_SECONDS = 3000;

/**
 * The part of this for which an unconfirmed rate is held. With a sixth, a limit of 20 per second that falls to 2 for
 * 10 s of each minute takes 1.5 times as long; with none, 429s +0.3 points at 1,600 requests.
 */
const UNCONFIRMED_HOLD = 1 / 12;

/**
 * Upper bound of the seconds that count: a client at one request per second holds its rate for 85 requests. Without it:
 * 429s +0.5 points there.
 */
const MAX_HOLD_SECONDS = 35;

/**
 * How long the rate takes to double while it climbs: 77 requests at 20 per second. Without climbs: time +10 and +29 %.
 */
const DOUBLING_REQUEST_SECONDS = 300;

/**
 * Fewer accepted requests than this do not determine the rate: other clients may have used the quota. With 1: time +7
 * and +3 % at 157 and 1,600 requests, collapses twice as long.
 */
const MIN_SAMPLE_REQUESTS = 5;

/** The traffic that a server accepts at once, if it accepts bursts. Without it: 429s +0.5 points at 157 requests. */
const BURST_MS = 1000;

/**
 * A confirmed rate is held this share below the limit, because the server's clock differs from the client's. Without
 * it: 429s +0.4 points, +2 points at one request per second.
 */
const HEADROOM = 0.07;

/**
 * The largest share of a limit that a client uses. The rate is held below the limit, and a delay in a fixed window is
 * lost. An unconfirmed rate decreases to this share, which leaves quota to other clients. With 1: time +2 and +9 %, +28
 * % at one request per second.
 */
const UTILISATION = 0.88;

/**
 * The longest time between two requests, however low the rate: the traffic of other clients may have ended. Without it:
 * 56 of 180 jobs of four processes on one request per second fail.
 */
export const LONGEST_GAP_MS = 2500;

/** The totals at one moment, in the unit that the server limits: requests or tokens. */
export interface Snapshot {
  /** Time in milliseconds. */
  readonly at: number;
  /** Units of all accepted requests. */
  readonly accepted: number;
  /** Number of requests sent. */
  readonly requests: number;
}

/** The estimated rate of one unit, requests or tokens. Times in milliseconds, rates in units per millisecond. */
export class AdaptiveRate {
  /** The rate at which requests are sent. */
  #rate: number;
  /** The rate after the last 429, or when it started to climb. */
  #base: number;
  /** The earlier rate that doubling restores. */
  #known: number;
  /** How long the rate is held, in requests × seconds. A guess is not held. */
  #hold = 0;
  /** The totals when the rate started to climb, if it has. */
  #climb: Snapshot | undefined;
  /** The totals at the last 429. */
  #lastLimit: Snapshot;
  /**
   * How far high-priority requests may be ahead of the rate, where the server accepts bursts. Without it: p95 of
   * queries beside a bucket is 2.6 to 3.5 times as long.
   */
  readonly #ahead: number;
  readonly #longestGapMs: number;
  #due: number;

  /**
   * Creates the first estimate, from the first 429.
   *
   * @param weight - Units of the request that received it: 1, or its number of tokens.
   * @param start - The start of traffic, when the whole quota was free.
   * @param resumesAt - When the next request may be sent.
   * @param isLow - The estimate is too low: the rate doubles until the next 429. Without it: 1.6 to 1.9 times as long with
   * 120,000 tokens per second.
   */
  constructor(now: Snapshot, weight: number, start: Snapshot, resumesAt: number, isLow: boolean) {
    const accepted = now.accepted - start.accepted;
    const ms = Math.max(1, resumesAt - start.at);
    const isSample = accepted >= MIN_SAMPLE_REQUESTS * weight;
    this.#rate = this.#base = Math.max(weight, accepted) / (isSample ? Math.max(BURST_MS, ms) : ms);
    this.#known = isLow || accepted === 0 ? Number.POSITIVE_INFINITY : accepted / ms;
    this.#ahead = accepted >= 3 * weight ? weight : 0;
    this.#longestGapMs = longestGap(accepted > 0 ? weight / this.#rate : 0);
    this.#due = resumesAt;
    this.#lastLimit = sampleStart(now, resumesAt);
  }

  /** Units per millisecond. */
  get perMs(): number {
    return this.#rate;
  }

  /** When the next request may be sent. */
  get due(): number {
    return this.#due;
  }

  /** When the next high-priority request may be sent: one request earlier, where the server accepts bursts. */
  get highPriorityDue(): number {
    return this.#due - this.#ahead / this.#rate;
  }

  /** Records a request that is sent now, sets when the next one is due, and raises the rate once the hold is over. */
  sent(now: Snapshot, weight: number): void {
    const due = Math.max(this.#due, now.at) + weight / this.#rate;
    this.#due = Math.min(due, now.at + this.#longestGapMs);
    if (this.#rate < this.#known) this.#regain(now);
    else if (requestSeconds(this.#lastLimit, now) >= this.#hold) this.#rise(now);
  }

  /** Makes the next request due at this time or earlier, even if the rate does not allow it yet. */
  dueNoLaterThan(at: number): void {
    this.#due = Math.min(this.#due, at);
  }

  /** Leaves out the milliseconds of an outage: they allow neither the end of a hold nor a climb. */
  skip(ms: number): void {
    this.#lastLimit = later(this.#lastLimit, ms);
    this.#climb &&= later(this.#climb, ms);
  }

  /**
   * Records another 429 of this unit.
   *
   * @param resumesAt - When the next request may be sent.
   */
  rateLimited(now: Snapshot, weight: number, resumesAt: number): void {
    const accepted = now.accepted - this.#lastLimit.accepted;
    const ms = Math.max(1, now.at - this.#lastLimit.at);
    if (this.#rate * ms < MIN_SAMPLE_REQUESTS * weight) return;
    this.#learn(accepted / ms, accepted < MIN_SAMPLE_REQUESTS * weight);
    this.#lastLimit = sampleStart(now, resumesAt);
    this.#climb = undefined;
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
    this.#hold = this.#climb ? HOLD_REQUEST_SECONDS : HOLD_REQUEST_SECONDS * UNCONFIRMED_HOLD;
    this.#rate = this.#base = Math.max(found, before / 2);
    if (isCollapse || (!this.#climb && seen < before / 2)) this.#hold = 0;
    this.#known = isCollapse ? Math.max(before, this.#known) * UTILISATION : this.#rate;
  }

  #regain(now: Snapshot): void {
    const seconds = (now.at - this.#lastLimit.at) / 1000;
    const doublings = Math.min(
      seconds,
      (now.requests - this.#lastLimit.requests) / (2 * MIN_SAMPLE_REQUESTS),
    );
    this.#rate = Math.max(this.#rate, Math.min(this.#known, this.#base * 2 ** doublings));
  }

  #rise(now: Snapshot): void {
    if (!this.#climb) this.#base = this.#rate;
    this.#climb ??= now;
    const passed = requestSeconds(this.#climb, now) / DOUBLING_REQUEST_SECONDS;
    this.#rate = Math.max(this.#rate, this.#base * (1 + passed ** 1.5));
  }
}

/** Returns the requests between two snapshots, multiplied by the seconds. */
function requestSeconds(since: Snapshot, now: Snapshot): number {
  return (now.requests - since.requests) * Math.min(MAX_HOLD_SECONDS, (now.at - since.at) / 1000);
}

function later(snapshot: Snapshot, ms: number): Snapshot {
  return { ...snapshot, at: snapshot.at + ms };
}

/** Half of a delay counts: a bucket refills during it, but a fixed window's unused quota is lost. */
function sampleStart(now: Snapshot, resumesAt: number): Snapshot {
  return { ...now, at: (now.at + resumesAt) / 2 };
}

/**
 * On a slow server the longest gap is twice the time per request, but not much longer than usual. Without it: 429s +16
 * points below 0.4 requests per second.
 */
function longestGap(perRequestMs: number): number {
  return Math.min(4 * LONGEST_GAP_MS, Math.max(LONGEST_GAP_MS, 2 * perRequestMs));
}
