import type { TogetherEvent } from "together-retrieval";

export type BreakerState = "closed" | "open" | "probing";

/** A line of the log. */
export interface LogLine {
  /** Seconds since the start. */
  readonly at: number;
  readonly type: TogetherEvent["type"];
  readonly text: string;
  /** State of the circuit breaker after the event. */
  readonly breaker: BreakerState;
}

/** Describes the events about rate limits and outages. */
export class EventLog {
  readonly lines: LogLine[] = [];
  #breaker: BreakerState = "closed";
  #probe: number | undefined;
  #rate: number | undefined;

  get breaker(): BreakerState {
    return this.#breaker;
  }

  /** @param at - Seconds since the start. */
  add(event: TogetherEvent, at: number): void {
    const text = this.#describe(event);
    if (text) this.lines.push({ at, type: event.type, text, breaker: this.#breaker });
  }

  #describe(event: TogetherEvent): string | undefined {
    switch (event.type) {
      case "rate-limited":
        return this.#rateLimited(event.delayMs, event.ratePerSecond);
      case "outage":
        this.#breaker = event.phase === "begin" ? "open" : "closed";
        return event.phase === "begin"
          ? "The circuit breaker opens."
          : `The circuit breaker closes after ${(event.durationMs / 1000).toFixed(1)} s.`;
      case "request":
        if (this.#breaker === "closed") return undefined;
        this.#breaker = "probing";
        this.#probe = event.request;
        return "A probe is sent.";
      case "retry":
        if (this.#breaker === "probing" && event.request === this.#probe) this.#probeFailed(event.status);
        return undefined;
      default:
        return undefined;
    }
  }

  /** Adds the result to the line of the probe. */
  #probeFailed(status: number | undefined): void {
    this.#breaker = "open";
    const probe = this.lines.pop();
    if (!probe) return;
    const text = `${probe.text} It fails with ${status ?? "no response"}.`;
    this.lines.push({ ...probe, text, breaker: this.#breaker });
  }

  /** Adds one line per change of the rate, because all requests in flight receive the same limit. */
  #rateLimited(delayMs: number, rate: number): string | undefined {
    if (rate === this.#rate) return undefined;
    this.#rate = rate;
    return `Wait ${Math.round(delayMs)} ms, then ${rate.toFixed(1)} per second.`;
  }
}
