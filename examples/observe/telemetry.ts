import {
  SpanKind,
  SpanStatusCode,
  context,
  trace,
  type Meter,
  type Span,
  type Tracer,
} from "@opentelemetry/api";
import { isTogetherError, type TogetherEvent } from "together-retrieval";
import { Instruments } from "./instruments.js";
import { modelAttributes, operationName } from "./semantics.js";

/**
 * Converts the events of the package to spans and metrics of OpenTelemetry.
 *
 * Each call has a span, which includes all retries, as the GenAI conventions require. Each request has a child span.
 * The package calls `onEvent` in the caller's asynchronous context, so a request finds the span of its call.
 */
export class Telemetry {
  readonly #tracer: Tracer;
  readonly #instruments: Instruments;
  /** Requests in flight, by model and number. */
  readonly #requests = new Map<string, Span>();
  readonly #tokens = new WeakMap<Span, number>();

  constructor(tracer: Tracer, meter: Meter) {
    this.#tracer = tracer;
    this.#instruments = new Instruments(meter);
  }

  /** Runs a call in its own span: `call("embed", model, () => embedder.embed(texts))`. */
  async call<Result>(
    operation: TogetherEvent["operation"],
    model: string,
    work: () => Promise<Result>,
  ): Promise<Result> {
    const attributes = modelAttributes(operation, model);
    const options = { kind: SpanKind.CLIENT, attributes };
    const startedAt = performance.now();
    return this.#tracer.startActiveSpan(`${operationName(operation)} ${model}`, options, async (span) => {
      let failure = {};
      try {
        return await work();
      } catch (error) {
        const code = isTogetherError(error) ? error.code : (error as Error).name;
        failure = { "error.type": code };
        span.setAttributes(failure).setStatus({ code: SpanStatusCode.ERROR, message: code });
        throw error;
      } finally {
        const tokens = this.#tokens.get(span);
        if (tokens !== undefined) span.setAttribute("gen_ai.usage.input_tokens", tokens);
        this.#instruments.duration.record((performance.now() - startedAt) / 1000, {
          ...attributes,
          ...failure,
        });
        span.end();
      }
    });
  }

  /** The listener for the constructors: `new Embedder({ onEvent: telemetry.onEvent })`. */
  readonly onEvent = (event: TogetherEvent): void => {
    this.#instruments.count(event);
    switch (event.type) {
      case "request":
        this.#begin(event);
        break;
      case "response":
        this.#addTokens(event.usage?.promptTokens);
        this.#end(event, { "gen_ai.response.id": event.requestId });
        break;
      case "retry":
      case "request-error":
        this.#end(event, { "http.response.status_code": event.status }, event.code);
        break;
      case "rate-limited":
        this.#end(event, { "http.response.status_code": 429 }, "rate_limited");
        break;
      case "outage":
        trace.getActiveSpan()?.addEvent("outage", { "together.outage.phase": event.phase });
        break;
      case "cache-lookup":
      case "cache-error":
      case "text-too-long":
      case "text-sanitized":
      case "document-skipped":
      case "batch-split":
      case "model-unknown":
      case "rerank-fallback":
        trace.getActiveSpan()?.addEvent(event.type);
    }
  };

  #begin(event: Extract<TogetherEvent, { type: "request" }>): void {
    const attributes = {
      ...modelAttributes(event.operation, event.model),
      "together.request.texts": event.texts,
      "together.request.estimated_tokens": event.estimatedTokens,
      "together.requests.in_flight": event.inFlight,
      "http.request.resend_count": event.attempt - 1,
    };
    const span = this.#tracer.startSpan("request", { kind: SpanKind.CLIENT, attributes }, context.active());
    this.#requests.set(keyOf(event), span);
  }

  #end(event: Numbered, attributes: Parameters<Span["setAttributes"]>[0], errorType?: string): void {
    const span = this.#requests.get(keyOf(event));
    this.#requests.delete(keyOf(event));
    span?.setAttributes(attributes);
    if (errorType) span?.setAttribute("error.type", errorType).setStatus({ code: SpanStatusCode.ERROR });
    span?.end();
  }

  /** Adds the tokens of a request to its call. */
  #addTokens(tokens: number | undefined): void {
    const call = trace.getActiveSpan();
    if (call && tokens !== undefined) this.#tokens.set(call, (this.#tokens.get(call) ?? 0) + tokens);
  }
}

interface Numbered {
  readonly operation: string;
  readonly model: string;
  readonly request: number;
}

function keyOf({ operation, model, request }: Numbered): string {
  return `${operation} ${model} ${request}`;
}
