/**
 * Decides when the next request may leave. Pure: time and chance come in as arguments, and nothing waits here.
 *
 * Together's limits are dynamic, per organisation and model, and unpublished (rate limit page, 2026): the client
 * must find its rate. Until the first 429 there is none to find, and a window of requests in flight opens with every
 * answer. From then on a *rate* is learned, because a window cannot express one: one request in flight is already 20 a
 * second at a round trip of 50 ms. The rate is what the server let in between two refusals; it starts a little below
 * that, comes back to it along a cubic curve, and then feels its way beyond.
 */

/** Requests in flight at the start. Gentle enough for a small limit, and open within two round trips. */
const FIRST_WINDOW = 4;

/** The curve takes this many requests, or this long, to come back to the rate of the last refusal. */
const CURVE_REQUESTS = 100;
const CURVE_MS = 10_000;

/** How far below a known limit a new epoch starts. */
const STEP_BACK = 0.2;

/** After this many admitted requests a refusal confirms the known rate instead of replacing it. */
const CONFIRMING = 20;

/** One refusal lowers the rate to no less than this share: a burst of others' traffic is not a new limit. */
const LOWEST_SHARE = 0.7;

/** The pause after a 429 that names none. */
const DEFAULT_PAUSE_MS = 500;

/** Failures in a row that count as an outage: with one request in twenty failing by chance, once in 160,000. */
const OUTAGE = 4;

/** Failures within a window's worth of answers that count as a lack of capacity. */
const TOLERATED_FAILURES = 0.1;

/** What was learned is forgotten after this long without traffic: limits move with the hour. */
const FORGET_MS = 60_000;

/** What the server says is limited. */
export type LimitedBy = "requests" | "tokens";

/** A request that has left, as its pace remembers it. */
export interface Departure {
  readonly sentAt: number;
  /** What it weighs: 1, or its tokens when tokens are limited. */
  readonly weight: number;
  /** What left before it since the last refusal. */
  readonly weightBefore: number;
}

/** The pace of one model for one key. All times in milliseconds, all rates per millisecond. */
export class Pace {
  #window = FIRST_WINDOW;
  #limitedBy: LimitedBy | undefined;
  #rate = Number.POSITIVE_INFINITY;
  #top = Number.POSITIVE_INFINITY;
  #probing = true;
  #next = 0;
  #pausedUntil = 0;
  #epoch = 0;
  #epochRequests = 0;
  #epochWeight = 0;
  #cutAt = Number.NEGATIVE_INFINITY;
  #streak = 0;
  #failuresInRow = 0;
  #outcomes = 0;
  #failures = 0;
  #lastActive = 0;

  /** What is limited, once a 429 has said so. */
  get limitedBy(): LimitedBy | undefined {
    return this.#limitedBy;
  }

  /** Requests or tokens per second; infinite while no limit was met. */
  get ratePerSecond(): number {
    return this.#rate * 1000;
  }

  /** When a request may leave, possibly in the past; infinite if an answer must come in first. */
  sendAt(now: number, inFlight: number, ceiling: number): number {
    if (inFlight === 0 && now - this.#lastActive > FORGET_MS) this.#forget(now);
    const window = this.#failuresInRow >= OUTAGE ? 1 : Math.min(Math.floor(this.#window), ceiling);
    return inFlight >= window ? Number.POSITIVE_INFINITY : Math.max(this.#pausedUntil, this.#next);
  }

  /** A request leaves. */
  sent(now: number, tokens: number): Departure {
    const weight = this.#limitedBy === "tokens" ? tokens : 1;
    const departure = { sentAt: now, weight, weightBefore: this.#epochWeight };
    this.#lastActive = now;
    if (this.#epochRequests === 0) this.#epoch = Math.max(now, this.#epoch);
    this.#epochRequests += 1;
    this.#epochWeight += weight;
    if (this.#rate === Number.POSITIVE_INFINITY) return departure;
    this.#next = Math.max(now, this.#next) + weight / this.#rate;
    this.#rate = Math.max(this.#rate, this.#curve(now));
    return departure;
  }

  /** A request was answered. */
  succeeded(now: number, departure: Departure, ceiling: number): void {
    this.#lastActive = now;
    if (departure.sentAt >= this.#cutAt) this.#streak = 0;
    this.#failuresInRow = 0;
    this.#window = Math.max(this.#window, Math.min(ceiling, this.#window + 1));
    this.#count(0);
  }

  /**
   * A request was refused with 429.
   *
   * @param reset - Milliseconds until the server admits again, if it said so.
   * @returns how long all requests now wait.
   */
  refused(
    now: number,
    departure: Departure,
    reset: number | undefined,
    by: LimitedBy,
    random: number,
  ): number {
    this.#lastActive = now;
    if (departure.sentAt < this.#cutAt) {
      // Sent before the last refusal was known, so it says nothing new but, perhaps, a much longer wait. A little
      // longer is the same moment, rounded up to a second once more.
      if (now + (reset ?? 0) > this.#pausedUntil + 1000) this.#pausedUntil = this.#epoch = now + (reset ?? 0);
      return Math.max(0, this.#pausedUntil - now);
    }
    if (by !== this.#limitedBy) this.#measureIn(by);
    this.#streak += 1;
    const again = this.#streak > 1 ? random * Math.min(30_000, 250 * 2 ** this.#streak) : 0;
    this.#pausedUntil = Math.max(this.#pausedUntil, now + (reset ?? DEFAULT_PAUSE_MS) + again);
    this.#learn(departure);
    this.#cutAt = now;
    this.#epoch = this.#pausedUntil;
    this.#epochRequests = 0;
    this.#epochWeight = 0;
    this.#next = this.#pausedUntil + (random * 0.1) / this.#rate;
    return this.#pausedUntil - now;
  }

  /** A request failed for lack of capacity or of a connection. */
  failed(now: number, pause: number): void {
    this.#lastActive = now;
    this.#failuresInRow += 1;
    if (this.#failuresInRow >= OUTAGE) this.#pausedUntil = Math.max(this.#pausedUntil, now + pause);
    this.#count(1);
  }

  /** What the server let in until its own reset, since the last refusal. */
  #learn(departure: Departure): void {
    const admitted = Math.max(departure.weight, departure.weightBefore);
    const seen = admitted / Math.max(1, this.#pausedUntil - this.#epoch);
    const confirmed = this.#epochRequests > CONFIRMING || departure.sentAt - this.#epoch > CURVE_MS / 4;
    if (this.#rate === Number.POSITIVE_INFINITY) {
      this.#top = seen;
      this.#probing = true;
    } else if (confirmed) {
      this.#top = this.#rate * (1 - STEP_BACK / 2);
      this.#probing = false;
    } else {
      this.#top = Math.min(this.#rate, Math.max(seen, this.#rate * LOWEST_SHARE));
      this.#probing = true;
    }
    this.#rate = this.#probing ? this.#top : this.#top * (1 - STEP_BACK);
  }

  #curve(now: number): number {
    const done = Math.max(this.#epochRequests / CURVE_REQUESTS, (now - this.#epoch) / CURVE_MS);
    return this.#top * (this.#probing ? 1 + done ** 3 : 1 + STEP_BACK * (done - 1) ** 3);
  }

  /** 503s say something about the server only by their share: one in twenty is its ordinary life. */
  #count(failure: 0 | 1): void {
    this.#outcomes += 1;
    this.#failures += failure;
    if (this.#outcomes < Math.max(8, this.#window)) return;
    const share = this.#failures / this.#outcomes;
    if (share > TOLERATED_FAILURES) this.#window = Math.max(1, this.#window * (1 - Math.min(0.5, share)));
    this.#outcomes = this.#failures = 0;
  }

  #measureIn(by: LimitedBy): void {
    this.#limitedBy = by;
    this.#rate = this.#top = Number.POSITIVE_INFINITY;
  }

  #forget(now: number): void {
    this.#limitedBy = undefined;
    this.#rate = this.#top = Number.POSITIVE_INFINITY;
    this.#window = FIRST_WINDOW;
    this.#next = 0;
    this.#epoch = this.#lastActive = now;
    this.#epochRequests = this.#epochWeight = this.#streak = this.#failuresInRow = 0;
  }
}
