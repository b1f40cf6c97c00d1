/**
 * A rate learned from refusals. Pure: time comes in as an argument.
 *
 * What the server let in between two refusals is its limit, whether it counts in windows or refills a bucket: at both
 * moments nothing was left. So the rate is set there, a little below, held for a while, and then raised along a cubic
 * curve, slowly at first, until the next refusal. A limit that was confirmed is held for longer, so that refusals
 * stay rare; one that turned out higher is reached fast, because the curve is steep where nothing refuses.
 */

/** Requests for which a limit is held before the rate goes beyond it: one refusal in so many is the price of knowing. */
const HOLD_REQUESTS = 200;

/** Requests in which the rate then doubles. */
const CLIMB_REQUESTS = 80;

/** What a request takes at two a second: slower clients are not kept waiting for their count. */
const MS_PER_REQUEST = 500;

/** A limit that was found again is held this many times as long. */
const LONGEST_HOLD = 2;

/** Two findings this close to one another are one limit. */
const SAME_LIMIT = 0.15;

/** How far below the limit a rate is held: room for the server's clock not being ours. */
const STEP_BACK = 0.06;

/** A server that lets nothing be made up refuses right at its limit: so close is the rate then. */
const OVERSHOOT = 0.04;

/** A refusal after fewer requests than this speaks of a new limit, not of the end of a climb. */
const NEW_LIMIT_REQUESTS = 50;

/** One refusal lowers the rate to no less than this share: it may have been somebody else's burst. */
const LOWEST_SHARE = 0.7;

/** The same for a rate that was a guess. */
const LOWEST_SHARE_OF_GUESS = 0.5;

/** How a request stands among those sent, in the unit that is limited. */
export interface Standing {
  readonly sentAt: number;
  /** What it weighs. */
  readonly weight: number;
  /** What all requests before it weigh, since the throttle began. */
  readonly weightBefore: number;
  /** How many they are. */
  readonly requestsBefore: number;
}

/** Where a span begins: a refusal, or the beginning of traffic. */
export interface Mark {
  readonly at: number;
  readonly weight: number;
  readonly requests: number;
}

/** The learned rate of one unit, requests or tokens. Times in milliseconds, rates per millisecond. */
export class Rate {
  #limit: number;
  #rate: number;
  /** What the server has been seen to take at once. */
  #burst: number;
  /** When the next request is due if none before it was early. */
  #due: number;
  #mark: Mark;
  #hold = 1;
  /** Whether the limit is a guess, to be left behind at once rather than held. */
  #guessed = true;
  /** What was made up for since the last refusal. */
  #madeUp = 0;

  /**
   * The first refusal.
   *
   * @param start - The beginning of traffic, when the server had all its room.
   * @param reset - How long the server says it has no room.
   * @param resumesAt - When it will be asked again.
   */
  constructor(now: number, refused: Standing, start: Mark, reset: number, resumesAt: number) {
    const admitted = Math.max(refused.weight, refused.weightBefore - start.weight);
    const seen = admitted / Math.max(1, resumesAt - start.at);
    // Less than a whole second is exact, and if it is short, it is how long a bucket takes to refill for this request.
    const exact = reset % 1000 !== 0 && reset < now - start.at;
    this.#limit = this.#rate = exact ? Math.min(seen, refused.weight / reset) : seen;
    this.#burst = Math.max(0, admitted - (this.#rate * (now - start.at) + refused.weight));
    this.#due = resumesAt;
    this.#mark = markOf(now, refused);
  }

  /** Units per millisecond. */
  get perMs(): number {
    return this.#rate;
  }

  /** When the next request may leave. */
  get due(): number {
    return this.#due;
  }

  /** How early an urgent request may leave: what the server takes at once. */
  get slackMs(): number {
    return this.#burst / this.#rate;
  }

  /** A request leaves. What was not used while all waited is made up for, as far as the server takes it at once. */
  sent(now: number, { weight, requestsBefore }: Standing): void {
    const earliest = now - this.slackMs;
    this.#madeUp += Math.max(0, now - Math.max(this.#due, earliest)) * this.#rate;
    this.#due = Math.max(this.#due, earliest) + weight / this.#rate;
    this.#rate = Math.max(this.#rate, this.#curve(now, requestsBefore - this.#mark.requests));
  }

  /** Another refusal of this unit. */
  refused(now: number, refused: Standing): void {
    const requests = refused.requestsBefore - this.#mark.requests;
    const admitted = refused.weightBefore - this.#mark.weight;
    const seen = admitted / Math.max(1, now - this.#mark.at);
    const early = this.#passed(now, requests) < NEW_LIMIT_REQUESTS;
    if (early && this.#burst > 0 && this.#madeUp > refused.weight) this.#burst = 0;
    else if (early && seen < this.#rate * (1 - SAME_LIMIT)) this.#fallTo(seen);
    else this.#settleAt(this.#burst > 0 ? Math.min(this.#rate, seen) : this.#rate * (1 - OVERSHOOT));
    this.#mark = markOf(now, refused);
    this.#madeUp = 0;
  }

  #fallTo(seen: number): void {
    const lowest = this.#rate * (this.#guessed ? LOWEST_SHARE_OF_GUESS : LOWEST_SHARE);
    this.#limit = this.#rate = Math.max(seen, lowest);
    this.#guessed = true;
    this.#hold = 1;
  }

  #settleAt(limit: number): void {
    const same = Math.abs(limit / this.#limit - 1) < SAME_LIMIT;
    this.#hold = same && !this.#guessed ? Math.min(LONGEST_HOLD, this.#hold * 2) : 1;
    this.#guessed = false;
    this.#limit = limit;
    this.#rate = limit * (1 - STEP_BACK);
  }

  #curve(now: number, requests: number): number {
    const held = this.#guessed ? 0 : HOLD_REQUESTS * this.#hold;
    const climbed = (this.#passed(now, requests) - held) / CLIMB_REQUESTS;
    return climbed <= 0 ? this.#rate : this.#limit * (1 + climbed ** 3);
  }

  /** Requests since the last refusal, or as many as their time is worth. */
  #passed(now: number, requests: number): number {
    return Math.max(requests, (now - this.#mark.at) / MS_PER_REQUEST);
  }
}

function markOf(now: number, { weightBefore, requestsBefore }: Standing): Mark {
  return { at: now, weight: weightBefore, requests: requestsBefore };
}
