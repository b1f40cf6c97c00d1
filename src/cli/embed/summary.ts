/** Prints the summary at the end. */

import type { TogetherEvent } from "../../core/events.js";
import { formatCount, formatDuration } from "./format.js";

/** The result of a job, as `--json` prints it. */
export interface Summary {
  /** Texts that this run embedded. */
  readonly texts: number;
  /** Texts that an earlier run had embedded. */
  readonly resumed: number;
  /** Malformed lines, which `--skip-invalid` left out. */
  readonly skipped: number;
  /** Requests that were sent, with retries. */
  readonly requests: number;
  /** The most requests in flight at the same time. */
  readonly mostInFlight: number;
  /** Tokens as the server counts them; 0 if it does not. */
  readonly tokens: number;
  /** Texts that are, by an estimate, beyond the model's limit. */
  readonly tooLong: number;
  /** Texts in which an unpaired surrogate was replaced. */
  readonly sanitized: number;
  readonly seconds: number;
}

/** Counts what the events of a job report. */
export class EventCounts {
  requests = 0;
  mostInFlight = 0;
  tokens = 0;
  tooLong = 0;
  sanitized = 0;

  add(event: TogetherEvent): void {
    if (event.type === "request") {
      this.requests += 1;
      this.mostInFlight = Math.max(this.mostInFlight, event.inFlight);
    }
    if (event.type === "response") this.tokens += event.usage?.totalTokens ?? 0;
    if (event.type === "text-too-long") this.tooLong += event.indexes.length;
    if (event.type === "text-sanitized") this.sanitized += event.indexes.length;
  }
}

/** Formats a summary: one line, and one for everything that needs attention. */
export function formatSummary(summary: Summary, output: string, skipInvalid: string | undefined): string {
  const { texts, resumed, skipped, tokens, tooLong, sanitized, seconds } = summary;
  const speed = seconds > 0 ? ` (${formatCount(Math.round(texts / seconds))} texts/s)` : "";
  const figures = [`${count(texts, "text")} in ${formatDuration(seconds * 1000)}${speed}`];
  if (tokens > 0) figures.push(count(tokens, "token"));
  const lines = [`Embedded ${figures.join(", ")}: ${output} has ${count(resumed + texts, "line")}.`];
  if (skipped > 0) lines.push(`Skipped ${count(skipped, "malformed line")}: ${skipInvalid}`);
  if (tooLong > 0) lines.push(`Too long for the model, by an estimate: ${count(tooLong, "text")}.`);
  if (sanitized > 0) lines.push(`Unpaired surrogates were replaced in ${count(sanitized, "text")}.`);
  return `${lines.join("\n")}\n`;
}

function count(amount: number, noun: string): string {
  return `${formatCount(amount)} ${noun}${amount === 1 ? "" : "s"}`;
}
