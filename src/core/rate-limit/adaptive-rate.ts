/**
 * A rate learned from refusals. Pure: time comes in as an argument.
 *
 * What the server let in between two refusals is its limit, whether it counts in windows or refills a bucket: at both
 * moments nothing was left. So the rate is set a little below that, held for a while, and then raised along a curve
 * that begins gently, until the next refusal. Three kinds of refusal are told apart by when they come: at the end of a
 * climb, they confirm the limit; early, they mean a lower limit or others who want their share; right after a pause
 * that was made up for, they mean that this server lets nothing be made up for.
 *
 * Tried under virtual time against windows, buckets, token limits, changing limits and other processes:
 * `npm run simulate`.
 */

import { average, markOf, passed, type Mark, type Standing } from "./request-position.js";
import { isExact, refillBetween, waitOf, type Wait } from "./waits.js";

/**
 * How long a limit is held before the rate goes beyond it, in requests times seconds: 245 requests at 20 a second. A
 * refusal now and then is the price of knowing; counted in requests alone, a slow client would wait for ever, and in
 * seconds alone, it would be refused all the time.
 */
const HOLD = 3000;

/** But never for fewer requests: at one a second, one refusal in a hundred requests. */
const LEAST_HELD = 85;

/** How long it is held when it was refused without a climb: others want their share, and may have ended soon. */
const SHARED_HOLD = HOLD / 8;

/** How long the rate then takes to double, likewise: 80 requests at 20 a second. */
const CLIMB = 320;

/** A refusal before so much has passed, likewise, speaks of a new limit or of others, not of the end of a climb. */
const EARLY = 500;

/** What a pause left unused is made up for at so many times the rate. */
const CATCH_UP = 2;

/** However slow, a request leaves after this long: somebody else's traffic may have ended. */
const LONGEST_GAP_MS = 2500;

/** The same where the server itself was seen to be slow: so many times what a request took, and never longer. */
const SLOW_GAP = 2;
const LONGEST_SLOW_GAP_MS = 10_000;

/** No window is as short: a wait below this is what a bucket needs to refill. */
const SHORTEST_WINDOW_MS = 250;

/** What two exact waits tell of the rate is believed for good if they are so far apart. */
const MEASURED_MS = 1000;

/** How far below the limit a rate is held: room for the server's clock not being ours. */
const STEP_BACK = 0.04;

/** The same where the server takes no two requests at once: whoever shares such a limit needs a gap to get in. */
const STEP_BACK_FROM_STRICT = 0.1;

/**
 * What was let in since the last refusal is this share of a limit that counts in windows: the rate was held back, and
 * what a pause leaves unused of a window is lost.
 */
const MODESTY = 0.88;

/** A refusal before so many requests were due tells nothing of the rate: others may have come in between. */
const TELLING = 5;

/** How far the rate falls when it is refused before it climbed: others want their share, and get it like this. */
const STEP_DOWN = 0.15;

/** Seeing less than this share of the rate means a limit that is not known yet. */
const ANOTHER_LIMIT = 0.6;

/** It falls further if that is what was seen, but not to next to nothing. */
const LOWEST_SHARE = 0.1;

/** The learned rate of one unit, requests or tokens. Times in milliseconds, rates per millisecond. */
export class Rate {
  #limit: number;
  #rate: number;
  /** What the server has been seen to take at once. */
  #burst: number;
  readonly #longestGapMs: number;
  readonly #stepBack: number;
  /** What may go ahead of its turn even where nothing can be made up for: one request, if two were ever taken at once. */
  readonly #leeway: number;
  /** When the next request is due if none before it was early. */
  #due: number;
  /** When it may leave if those before it were late. */
  #earliest = Number.NEGATIVE_INFINITY;
  #mark: Mark;
  /** How long the limit is held, in requests times seconds: a guess is left behind at once. */
  #hold = 0;
  /** Where the climb beyond the limit began, if it has. */
  #climb: Mark | undefined;
  /** What was made up for since the last refusal. */
  #madeUp = 0;
  /** The first exact wait, until the rate has been measured from there. */
  #wait: Wait | undefined;
  /** Exact waits are those of a bucket, and its rate has not been measured yet. */
  #told = false;

  /**
   * The first refusal.
   *
   * @param start - The beginning of traffic, when the server had all its room.
   * @param reset - How long the server says it has no room, if it says so.
   * @param resumesAt - When it will be asked again.
   * @param room - What it may have had left, too little for what was refused.
   */
  constructor(
    now: number,
    refused: Standing,
    start: Mark,
    reset: number | undefined,
    resumesAt: number,
    room = 0,
  ) {
    const admitted = Math.max(refused.weight, refused.weightBefore - start.weight + room);
    const seen = admitted / Math.max(1, resumesAt - start.at);
    this.#limit = this.#rate = seen;
    this.#longestGapMs = longestGap(refused.weightBefore > start.weight ? refused.weight / seen : 0);
    if (isExact(reset)) {
      this.#wait = waitOf(now + reset, refused);
      this.#told = reset < Math.max(SHORTEST_WINDOW_MS, now - start.at);
      this.hears(reset, refused.weight);
    }
    this.#burst = Math.max(0, admitted - (this.#rate * (now - start.at) + refused.weight));
    const takesTwo = this.#burst >= 2 * refused.weight;
    this.#stepBack = takesTwo ? STEP_BACK : STEP_BACK_FROM_STRICT;
    this.#leeway = takesTwo ? refused.weight : 0;
    this.#due = resumesAt;
    this.#mark = markOf(now, refused);
  }

  /** Units per millisecond. */
  get perMs(): number {
    return this.#rate;
  }

  /** When the next request may leave. */
  get due(): number {
    return Math.max(this.#due, this.#earliest);
  }

  /** When an urgent request may leave: ahead of the others by what the server takes at once. */
  get urgentDue(): number {
    return this.due - Math.max(this.#burst, this.#leeway) / this.#rate;
  }

  get #slackMs(): number {
    return this.#burst / this.#rate;
  }

  /** A request leaves. What was not used while all waited is made up for, as far as the server takes it at once. */
  sent(now: number, { weight, weightBefore, requestsBefore }: Standing): void {
    const late = Math.min(this.#slackMs, now - this.#due);
    if (late * this.#rate > 2 * weight) this.#madeUp += weight;
    const latest = now + this.#longestGapMs;
    this.#due = Math.min(latest, Math.max(this.#due, now - this.#slackMs) + weight / this.#rate);
    this.#earliest = Math.min(latest, now + weight / (this.#rate * CATCH_UP));
    if (this.#isHeld(now, requestsBefore)) return;
    this.#climb ??= { at: now, weight: weightBefore, requests: requestsBefore };
    this.#rate = Math.max(
      this.#rate,
      this.#limit * (1 + (passed(this.#climb, now, requestsBefore) / CLIMB) ** 1.5),
    );
  }

  /** Lets the next request leave at this time, whatever is still to be paid off. */
  hurry(at: number): void {
    this.#due = Math.min(this.#due, at);
    this.#earliest = Math.min(this.#earliest, at);
  }

  /**
   * Another refusal said how long. A bucket that refills while we ask names any part of the time that one request
   * takes: the longest is the whole.
   */
  hears(reset: number, weight: number): void {
    if (this.#told && isExact(reset)) this.#limit = this.#rate = Math.min(this.#rate, weight / reset);
  }

  /**
   * Another refusal of this unit.
   *
   * @param reset - How long the server says it has no room, if it says so.
   */
  refused(now: number, refused: Standing, reset?: number): void {
    const admitted = refused.weightBefore - this.#mark.weight;
    const expected = (this.#rate * (now - this.#mark.at)) / refused.weight;
    if (this.#wait && isExact(reset)) this.#measure(this.#wait, waitOf(now + reset, refused));
    else if (this.#madeUp > 0 && admitted < 2 * (this.#madeUp + refused.weight)) this.#burst = 0;
    else if (expected < TELLING) return;
    else this.#learn(now, refused, average(this.#mark, now, refused));
    this.#mark = markOf(now, refused);
    this.#climb = undefined;
    this.#madeUp = 0;
  }

  /** Takes what two exact waits tell. If little was let in between, it may be others who took the rest. */
  #measure(from: Wait, to: Wait): void {
    const refill = refillBetween(from, to);
    if (!refill) return;
    const least = refill.weight < TELLING * to.weight ? this.#rate / 2 : 0;
    const found = Math.min(this.#rate, Math.max(least, refill.weight / refill.ms));
    if (refill.ms >= MEASURED_MS) this.#settleAt(found, HOLD);
    else this.#limit = this.#rate = found;
  }

  #isHeld(now: number, requestsBefore: number): boolean {
    const least = (LEAST_HELD * this.#hold) / HOLD;
    return (
      requestsBefore - this.#mark.requests < least || passed(this.#mark, now, requestsBefore) < this.#hold
    );
  }

  #learn(now: number, refused: Standing, seen: number): void {
    if (this.#climb) {
      this.#settleAt(Math.min(this.#seenOnClimb(now, refused, this.#climb), seen / MODESTY), HOLD);
    } else if (passed(this.#mark, now, refused.requestsBefore) < EARLY) this.#fallTo(seen);
    else this.#settleAt(seen, SHARED_HOLD);
  }

  #fallTo(seen: number): void {
    const found = Math.min(seen, this.#rate * (1 - STEP_DOWN));
    this.#hold = seen < this.#rate * ANOTHER_LIMIT ? 0 : SHARED_HOLD;
    this.#limit = this.#rate = Math.max(found, this.#rate * LOWEST_SHARE);
  }

  #settleAt(found: number, hold: number): void {
    const limit = Math.min(this.#rate, Math.max(found, this.#rate / 2));
    this.#hold = hold;
    this.#told = false;
    this.#wait = undefined;
    this.#limit = limit;
    this.#rate = limit * (1 - this.#stepBack);
  }

  #seenOnClimb(now: number, refused: Standing, start: Mark): number {
    const requests = refused.requestsBefore - start.requests;
    return requests < TELLING ? this.#rate : average(start, now, refused);
  }
}

function longestGap(perRequestMs: number): number {
  return Math.min(LONGEST_SLOW_GAP_MS, Math.max(LONGEST_GAP_MS, SLOW_GAP * perRequestMs));
}
