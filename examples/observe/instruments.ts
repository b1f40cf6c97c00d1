import type { Counter, Histogram, Meter, UpDownCounter } from "@opentelemetry/api";
import type { TogetherEvent } from "together-retrieval";
import { modelAttributes } from "./semantics.js";

/** The counters and histograms, and the events that update them. */
export class Instruments {
  /** The duration of whole calls. */
  readonly duration: Histogram;
  readonly #tokens: Histogram;
  readonly #requests: Counter;
  readonly #texts: Counter;
  readonly #waits: Histogram;
  readonly #lookups: Counter;
  readonly #outages: UpDownCounter;
  readonly #outageDuration: Histogram;

  constructor(meter: Meter) {
    this.duration = meter.createHistogram("gen_ai.client.operation.duration", { unit: "s" });
    this.#tokens = meter.createHistogram("gen_ai.client.token.usage", { unit: "{token}" });
    this.#requests = meter.createCounter("together.client.requests", {
      unit: "{request}",
      description: "Requests, by how they ended",
    });
    this.#texts = meter.createCounter("together.client.texts", {
      unit: "{text}",
      description: "Texts in requests that succeeded",
    });
    this.#waits = meter.createHistogram("together.client.wait", {
      unit: "s",
      description: "Delays after a 429 or a failed request",
    });
    this.#lookups = meter.createCounter("together.client.cache.lookups", {
      unit: "{text}",
      description: "Vectors looked up in the cache",
    });
    this.#outages = meter.createUpDownCounter("together.client.outages", {
      unit: "{outage}",
      description: "Objects for which the model is out at present; 0 if it works",
    });
    this.#outageDuration = meter.createHistogram("together.client.outage.duration", {
      unit: "s",
      description: "Outages that have ended",
    });
  }

  count(event: TogetherEvent): void {
    const attributes = modelAttributes(event.operation, event.model);
    const ended = (outcome: string): void => this.#requests.add(1, { ...attributes, outcome });
    if (event.type === "response") {
      ended("succeeded");
      this.#texts.add(event.texts, attributes);
      const kind = { ...attributes, "gen_ai.token.type": "input" };
      if (event.usage) this.#tokens.record(event.usage.promptTokens, kind);
    } else if (event.type === "retry") {
      ended("retried");
      this.#waits.record(event.delayMs / 1000, { ...attributes, reason: event.code });
    } else if (event.type === "rate-limited") {
      ended("rate_limited");
      this.#waits.record(event.delayMs / 1000, { ...attributes, reason: event.limitedBy });
    } else if (event.type === "request-error") {
      ended(event.code === "aborted" ? "aborted" : "failed");
    } else if (event.type === "cache-lookup") {
      this.#lookups.add(event.hits, { ...attributes, hit: true });
      this.#lookups.add(event.misses, { ...attributes, hit: false });
    } else if (event.type === "outage") {
      this.#outages.add(event.phase === "begin" ? 1 : -1, attributes);
      if (event.phase === "end") this.#outageDuration.record(event.durationMs / 1000, attributes);
    }
  }
}
