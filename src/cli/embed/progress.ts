/** Shows on a terminal how far a job is. */

import type { TogetherEvent } from "../../core/events.js";
import { formatCount, formatDuration } from "./format.js";

/** How far a job is. */
export interface ProgressState {
  readonly done: number;
  /** `undefined` for a standard stream, whose end is not known. */
  readonly total: number | undefined;
  /** Texts per second during the last seconds; `undefined` at the beginning. */
  readonly speed: number | undefined;
  /** A rate limit or an outage; empty if there is none. */
  readonly status: string;
}

const BAR_WIDTH = 24;

/** Formats one line of at most so many columns. */
export function progressLine({ done, total, speed, status }: ProgressState, columns: number): string {
  const parts = [
    total === undefined ? `${formatCount(done)} texts` : `${formatCount(done)}/${formatCount(total)}`,
  ];
  if (speed !== undefined) parts.push(`${formatCount(Math.round(speed))} texts/s`);
  if (total !== undefined && speed !== undefined && speed > 0 && done < total) {
    parts.push(`${formatDuration(((total - done) / speed) * 1000)} left`);
  }
  if (status !== "") parts.push(status);
  const bar = total === undefined || total === 0 ? "" : `${barOf(done / total)} `;
  return (bar + parts.join(" | ")).slice(0, Math.max(0, columns - 1));
}

function barOf(share: number): string {
  const filled = Math.floor(share * BAR_WIDTH);
  return `[${"#".repeat(filled)}${"-".repeat(BAR_WIDTH - filled)}] ${Math.floor(share * 100)}%`;
}

/** Milliseconds over which the speed is measured. */
const SPEED_WINDOW_MS = 15_000;

/** Measures how many texts per second are finished. Times are in milliseconds. */
export class SpeedMeter {
  readonly #samples: { readonly time: number; readonly done: number }[] = [];

  add(time: number, done: number): void {
    this.#samples.push({ time, done });
    while ((this.#samples[1]?.time ?? time) <= time - SPEED_WINDOW_MS) this.#samples.shift();
  }

  get perSecond(): number | undefined {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (!first || !last || last.time <= first.time) return undefined;
    return ((last.done - first.done) * 1000) / (last.time - first.time);
  }
}

/** Remembers what delays a job. */
export class DelayStatus {
  #outageSince: number | undefined;
  #limit: { readonly until: number; readonly text: string } | undefined;

  add(event: TogetherEvent, time: number): void {
    if (event.type === "outage") {
      this.#outageSince = event.phase === "begin" ? time - event.durationMs : undefined;
    }
    if (event.type === "rate-limited") {
      const rate = Math.round(event.ratePerSecond * 10) / 10;
      const text = `rate limit: ${formatCount(rate)} ${event.limitedBy}/s`;
      this.#limit = { until: time + event.delayMs + SPEED_WINDOW_MS, text };
    }
  }

  /** An outage, or a rate limit that was met in the last seconds. */
  at(time: number): string {
    if (this.#outageSince !== undefined) return `outage for ${formatDuration(time - this.#outageSince)}`;
    return this.#limit && time < this.#limit.until ? this.#limit.text : "";
  }
}

const REDRAW_MS = 250;
const CLEAR_LINE = "\r\u001B[K";

/** The used part of a terminal stream. */
export interface Terminal {
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

/** Draws the line four times per second, until it is stopped. */
export class ProgressBar {
  readonly #terminal: Terminal;
  readonly #total: number | undefined;
  readonly #meter = new SpeedMeter();
  readonly #status = new DelayStatus();
  readonly #timer: NodeJS.Timeout;
  #done: number;

  constructor(terminal: Terminal, total: number | undefined, done: number) {
    this.#terminal = terminal;
    this.#total = total;
    this.#done = done;
    this.#meter.add(performance.now(), done);
    this.#timer = setInterval(() => this.#draw(), REDRAW_MS);
    this.#timer.unref();
  }

  set done(done: number) {
    this.#done = done;
  }

  event(event: TogetherEvent): void {
    this.#status.add(event, performance.now());
  }

  /** Removes the line. */
  stop(): void {
    clearInterval(this.#timer);
    this.#terminal.write(CLEAR_LINE);
  }

  #draw(): void {
    const now = performance.now();
    this.#meter.add(now, this.#done);
    const state = {
      done: this.#done,
      total: this.#total,
      speed: this.#meter.perSecond,
      status: this.#status.at(now),
    };
    this.#terminal.write(CLEAR_LINE + progressLine(state, this.#terminal.columns ?? 80));
  }
}
