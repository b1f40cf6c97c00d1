/**
 * Decides when the next request may leave. Pure: time and chance come in as arguments, and nothing waits here.
 *
 * Together's limits are dynamic, per organisation and model, and unpublished (rate limit page, 2026): the client must
 * find its rate. Until the first 429 there is none to find, and the window opens (`window.ts`). From then on a rate is
 * learned, of requests or of tokens (`rate.ts`), and one pause holds for all.
 */

import { Rate } from "./adaptive-rate.js";
import type { Mark, Standing } from "./request-position.js";
import { Window } from "./concurrency-window.js";

/** The pause after a 429 that names none. */
const DEFAULT_PAUSE_MS = 500;

/** Resets are whole seconds, rounded up: a second refusal that names one a little later means the same moment. */
const ROUNDING_MS = 1000;

/** Refused again and again, requests wait up to this much longer each time. */
const LONGEST_AGAIN_MS = 4000;

/** Refusals in a row after which somebody else takes all: then only asking often, at odd moments, finds a gap. */
const STARVED = 6;

/** How much longer the starved wait, at most. */
const STARVED_AGAIN_MS = 1000;

/** What was learned is forgotten after this long without traffic: limits move with the hour. */
const FORGET_MS = 60_000;

/** What the server says is limited. */
export type LimitedBy = "requests" | "tokens";

/** A request that has left, as its pace remembers it. */
export interface Departure {
  readonly tokens: number;
  /** What left before it. */
  readonly requestsBefore: number;
  readonly tokensBefore: number;
  /** It left during a pause. */
  readonly early: boolean;
}

/** A 429, and what it leads to. */
export interface Refusal {
  readonly by: LimitedBy;
  /** Milliseconds until the server has room, if it said so. */
  readonly reset: number | undefined;
}

/** The pace of one model for one key. All times in milliseconds. */
export class Pace {
  #window = new Window();
  #start = Number.NEGATIVE_INFINITY;
  #startCounts = { requests: 0, tokens: 0 };
  #sent = { requests: 0, tokens: 0 };
  #refused = { requests: 0, tokens: 0 };
  #rates: { requests?: Rate; tokens?: Rate } = {};
  #limitedBy: LimitedBy | undefined;
  #pausedUntil = Number.NEGATIVE_INFINITY;
  /** When one urgent request may leave during a pause. */
  #early = Number.POSITIVE_INFINITY;
  /** A request that left during a pause was refused: this server means its resets. */
  #strict = false;
  /** Requests sent when the last refusal became known: what left before says nothing new. */
  #cut = 0;
  #streak = 0;
  #lastActive = Number.NEGATIVE_INFINITY;

  /** What the last 429 said is limited. */
  get limitedBy(): LimitedBy | undefined {
    return this.#limitedBy;
  }

  /** What is limited, per second; infinite while no limit was met. */
  get ratePerSecond(): number {
    const rate = this.#limitedBy && this.#rates[this.#limitedBy];
    return rate ? rate.perMs * 1000 : Number.POSITIVE_INFINITY;
  }

  /**
   * When a request may leave, possibly in the past; infinite if an answer must come first.
   *
   * @param urgent - It goes ahead of the rate, as far as the server takes a few requests at once.
   */
  sendAt(now: number, inFlight: number, ceiling: number, urgent: boolean): number {
    if (inFlight === 0 && now - Math.max(this.#lastActive, this.#pausedUntil) > FORGET_MS) this.#forget(now);
    if (inFlight === 0) this.#window.rested(now, now - this.#lastActive);
    if (!this.#window.hasRoom(inFlight, ceiling)) return Number.POSITIVE_INFINITY;
    const due = Object.values(this.#rates).map((rate) => (urgent ? rate.urgentDue : rate.due));
    const resumesAt = urgent ? Math.min(this.#early, this.#pausedUntil) : this.#pausedUntil;
    // Once a rate is known, it decides.
    if (!this.#limitedBy) due.push(this.#window.opensAt(inFlight + 1, urgent));
    return Math.max(resumesAt, ...due);
  }

  /** A request leaves. */
  sent(now: number, tokens: number): Departure {
    const { requests: requestsBefore, tokens: tokensBefore } = this.#sent;
    const early = now < this.#pausedUntil;
    this.#early = Number.POSITIVE_INFINITY;
    const departure = { tokens, requestsBefore, tokensBefore, early };
    this.#sent = { requests: requestsBefore + 1, tokens: tokensBefore + tokens };
    this.#lastActive = now;
    this.#rates.requests?.sent(now, this.#standing(departure, "requests"));
    this.#rates.tokens?.sent(now, this.#standing(departure, "tokens"));
    return departure;
  }

  /** A request was answered. */
  succeeded(now: number, departure: Departure, ceiling: number): void {
    this.#lastActive = now;
    if (departure.requestsBefore >= this.#cut) this.#streak = 0;
    if (departure.early) this.#letOneBy(now);
    this.#window.succeeded(ceiling);
  }

  /**
   * A request was refused with 429.
   *
   * @returns how long all requests now wait.
   */
  refused(now: number, departure: Departure, refusal: Refusal, random: number): number {
    const { by, reset } = refusal;
    this.#lastActive = now;
    if (reset !== undefined) this.#rates[by]?.hears(reset, weightOf(departure, by));
    if (departure.early) this.#strict = true;
    if (departure.requestsBefore >= this.#cut && !departure.early)
      this.#learn(now, departure, refusal, random);
    // What was sent before the last refusal was known says nothing new but, perhaps, a much longer wait.
    else if (now + (reset ?? 0) > this.#pausedUntil + ROUNDING_MS) this.#pausedUntil = now + (reset ?? 0);
    const { requests, tokens } = this.#refused;
    this.#refused = { requests: requests + 1, tokens: tokens + departure.tokens };
    return Math.max(0, this.#pausedUntil - now);
  }

  /** A request failed for lack of capacity or of a connection. */
  failed(now: number, pause: number): void {
    this.#lastActive = now;
    this.#window.failed();
    if (this.#window.outage) this.#pausedUntil = Math.max(this.#pausedUntil, now + pause);
  }

  #learn(now: number, departure: Departure, { by, reset }: Refusal, random: number): void {
    this.#limitedBy = by;
    this.#cut = this.#sent.requests;
    this.#streak += 1;
    const pause = Math.max(1, reset ?? this.#ownPause(by));
    const resumesAt = Math.max(this.#pausedUntil, now + pause + random * this.#again);
    const known = this.#rates[by];
    const stands = this.#standing(departure, by);
    // Requests are counted whole; of a request's tokens there was room for half, on average.
    const room = by === "tokens" ? departure.tokens / 2 : 0;
    const rate = (this.#rates[by] =
      known ?? new Rate(now, stands, this.#startMark(by), reset, resumesAt, room));
    known?.refused(now, stands, reset);
    if (this.#streak > STARVED) rate.hurry(resumesAt);
    // A bucket of tokens fills up in the first pause, for many requests: that is made up for. Requests are counted in
    // windows as often, and what a pause leaves of a window is lost.
    else if (!known && by === "tokens") rate.hurry(now);
    // Processes that share a limit are refused together; a tenth of a request apart they do not come back as one.
    this.#pausedUntil = resumesAt + (random * 0.1) / rate.perMs;
    this.#letOneBy(now);
  }

  /**
   * Lets one urgent request leave before the pause is over, unless this server has shown that it means its resets. A
   * reset in whole seconds is rounded up: a bucket has room for one request as soon as, by the learned rate, one is due.
   */
  #letOneBy(now: number): void {
    const rate = this.#limitedBy === "requests" ? this.#rates.requests : undefined;
    if (rate && !this.#strict) this.#early = now + 1 / rate.perMs;
  }

  /** How much longer than asked for requests wait at most, refused again and again. */
  get #again(): number {
    if (this.#streak > STARVED) return STARVED_AGAIN_MS;
    return this.#streak > 1 ? Math.min(LONGEST_AGAIN_MS, 250 * 2 ** this.#streak) : 0;
  }

  /** Without a reset: until a request is due at the known rate, at least. */
  #ownPause(by: LimitedBy): number {
    const rate = this.#rates[by];
    return rate && by === "requests" ? Math.max(DEFAULT_PAUSE_MS, 1 / rate.perMs) : DEFAULT_PAUSE_MS;
  }

  #standing(departure: Departure, by: LimitedBy): Standing {
    const { requestsBefore, tokensBefore } = departure;
    const weightBefore = by === "requests" ? requestsBefore : tokensBefore;
    const admittedBefore = weightBefore - this.#refused[by];
    return { weight: weightOf(departure, by), weightBefore, requestsBefore, admittedBefore };
  }

  #startMark(by: LimitedBy): Mark {
    return { at: this.#start, weight: this.#startCounts[by], requests: this.#startCounts.requests };
  }

  #forget(now: number): void {
    this.#rates = {};
    this.#limitedBy = undefined;
    this.#window = new Window();
    this.#window.rested(now, Number.POSITIVE_INFINITY);
    this.#start = this.#lastActive = now;
    this.#startCounts = this.#sent;
    this.#streak = 0;
    this.#early = Number.POSITIVE_INFINITY;
    this.#strict = false;
  }
}

function weightOf({ tokens }: Departure, by: LimitedBy): number {
  return by === "requests" ? 1 : tokens;
}
