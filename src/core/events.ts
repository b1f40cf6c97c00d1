/**
 * The events that {@link SharedOptions.onEvent} receives. No event contains a key or a text.
 *
 * Every `request` event is followed by exactly one of `response`, `retry`, `rate-limited` or `request-error` with the
 * same `request` number.
 */

import { isHandledPromise } from "./callbacks.js";
import type { TogetherErrorCode } from "./errors/together-error.js";

/** The endpoint that an event belongs to: `"embed"` for `/embeddings`, `"rerank"` for `/rerank`. */
export type Operation = "embed" | "rerank";

/** Tokens as counted by Together. Zero if the server reports no usage, as for some models. */
export interface TokenUsage {
  /** Tokens of the request: of the texts, or of the query and the documents. */
  readonly promptTokens: number;
  /** All tokens. Usually equal to `promptTokens`, because these models generate no text. */
  readonly totalTokens: number;
}

interface Common {
  /** The endpoint that was called. */
  readonly operation: Operation;
  /** The model's id as configured. */
  readonly model: string;
}

/**
 * A request is sent. It is followed by exactly one of `response`, `retry`, `rate-limited` or `request-error` with the
 * same `request` number.
 */
export interface RequestEvent extends Common {
  readonly type: "request";
  /** Number of this request for its model, from 1. The event that ends the request has the same number. */
  readonly request: number;
  /** Number of texts or documents in the request. */
  readonly texts: number;
  /** Estimated number of their tokens. */
  readonly estimatedTokens: number;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** Requests of this model in flight, including this one. */
  readonly inFlight: number;
}

/** A response arrived and is valid. */
export interface ResponseEvent extends Common {
  readonly type: "response";
  /** Number of the request. */
  readonly request: number;
  /** Number of texts or documents in the request. */
  readonly texts: number;
  /** Time from sending the request to the end of all checks, in milliseconds. */
  readonly durationMs: number;
  /** Token usage; `undefined` if the server reports none. */
  readonly usage: TokenUsage | undefined;
  /** Together's id of the request, for a support ticket; `undefined` if the response has none of a known form. */
  readonly requestId: string | undefined;
}

/** A request failed and is retried after a delay. */
export interface RetryEvent extends Common {
  readonly type: "retry";
  /** Number of the request that failed. */
  readonly request: number;
  /** Code of the error that would be thrown without this retry. */
  readonly code: TogetherErrorCode;
  /** HTTP status of the response; `undefined` if there was none. */
  readonly status: number | undefined;
  /** Delay before the retry in milliseconds. The rate limiter may delay it further. */
  readonly delayMs: number;
  /** Number of retries that remain after this one. */
  readonly retriesLeft: number;
}

/**
 * A request failed and is not repeated unchanged, or was aborted. The call may still succeed: a batch that is too large
 * is split, and rejected base64 is replaced by floats. A 429 after the retry deadline emits only this event, no
 * `rate-limited`.
 */
export interface RequestErrorEvent extends Common {
  readonly type: "request-error";
  /** Number of the request that failed. */
  readonly request: number;
  /** Error code; `"aborted"` if your signal or the failure of another request aborted it. */
  readonly code: TogetherErrorCode | "aborted";
  /** HTTP status of the response; `undefined` if there was none. */
  readonly status: number | undefined;
}

/** The server responded with 429. All requests of this model are delayed, and then sent at the estimated rate. */
export interface RateLimitedEvent extends Common {
  readonly type: "rate-limited";
  /** Number of the request that was rate-limited. */
  readonly request: number;
  /** The limit that was exceeded, according to the server. */
  readonly limitedBy: "requests" | "tokens";
  /** Delay of all requests of this model in milliseconds. */
  readonly delayMs: number;
  /** Estimated rate after the delay, in requests or tokens per second. */
  readonly ratePerSecond: number;
}

/**
 * The model is unavailable, or works again. An outage begins after four failures in a row without a success. Then one
 * request at a time probes, and the first success ends the outage. Each object reports an outage that its own requests
 * encounter.
 */
export interface OutageEvent extends Common {
  readonly type: "outage";
  /** `"begin"` when the object encounters the outage, `"end"` when one of its requests finds that it is over. */
  readonly phase: "begin" | "end";
  /** Milliseconds since the outage began. */
  readonly durationMs: number;
}

/**
 * The client looked up vectors in the cache. A second event follows if the server's vectors have another length than
 * the cached ones, which then count as misses and as corrupt.
 */
export interface CacheLookupEvent extends Common {
  readonly type: "cache-lookup";
  /** Number of texts whose vector was found. */
  readonly hits: number;
  /** Number of texts whose vector is requested from the server. */
  readonly misses: number;
  /** Number of misses whose entry exists, but is damaged, or has another length than the server's vectors. */
  readonly corrupt: number;
}

/** The cache failed. The call continues without it. */
export interface CacheErrorEvent extends Common {
  readonly type: "cache-error";
  /** The operation that failed. */
  readonly phase: "read" | "write";
  /** The value that the store threw. */
  readonly error: unknown;
}

/**
 * Texts beyond the model's input limit are sent. The server truncates or rejects them. For a known rerank model, a
 * document counts together with the query.
 */
export interface TextTooLongEvent extends Common {
  readonly type: "text-too-long";
  /** Their indexes in the list or the stream. */
  readonly indexes: readonly number[];
  /** Number of tokens of the longest text; an estimate unless `countTokens` is set. */
  readonly longestTokens: number;
  /** The model's input limit in tokens: the option's value, or that of the known model or of `baseModel`. */
  readonly maxInputTokens: number;
}

/** Unpaired surrogates in texts were replaced by U+FFFD. Text splitters cause them when they split an emoji. */
export interface TextSanitizedEvent extends Common {
  readonly type: "text-sanitized";
  /** Whether the query or the documents were changed. */
  readonly input: "query" | "documents";
  /** Indexes of the changed texts in the list or the stream; `[0]` for a query. */
  readonly indexes: readonly number[];
}

/** Blank documents cannot be ranked and are missing from the result. */
export interface DocumentSkippedEvent extends Common {
  readonly type: "document-skipped";
  /** Their indexes in the list. */
  readonly indexes: readonly number[];
}

/** A list or a batch is too large for one request, or may be, and is sent in several. */
export interface BatchSplitEvent extends Common {
  readonly type: "batch-split";
  /**
   * The reason: more documents than `batchSize`; more tokens than a request may contain; a rejection as too large; or a
   * rejection in unknown words, whose halves show whether the size is the reason.
   */
  readonly reason: "list-too-long" | "request-too-large" | "request-rejected";
  /** Number of texts or documents before the split. */
  readonly texts: number;
  /** Number of requests after the split. */
  readonly requests: number;
}

/**
 * The model is not known, and neither `baseModel` nor `queryPrefix` is set. Queries are sent without the prefix that
 * the model may need, and there is no token limit. Each embedder emits it once, before its first texts.
 */
export interface ModelUnknownEvent extends Common {
  readonly type: "model-unknown";
}

/** Reranking failed, and `fallback: "original-order"` returned the documents in their original order. */
export interface RerankFallbackEvent extends Common {
  readonly type: "rerank-fallback";
  /** Code of the error that would be thrown without the fallback. */
  readonly code: TogetherErrorCode;
  /** HTTP status of the last response; `undefined` if there was none. */
  readonly status: number | undefined;
  /** Number of documents in their original order. */
  readonly documents: number;
}

/** Union of all events, for a `switch` on `type`. */
export type TogetherEvent =
  | RequestEvent
  | ResponseEvent
  | RetryEvent
  | RequestErrorEvent
  | RateLimitedEvent
  | OutageEvent
  | CacheLookupEvent
  | CacheErrorEvent
  | TextTooLongEvent
  | TextSanitizedEvent
  | DocumentSkippedEvent
  | BatchSplitEvent
  | ModelUnknownEvent
  | RerankFallbackEvent;

/** `Omit` for each member of a union. */
type Without<Union, Key extends PropertyKey> = Union extends unknown ? Omit<Union, Key> : never;

/** Emits an event. */
export type Emit = (event: Without<TogetherEvent, keyof Common>) => void;

/**
 * Creates a function that adds operation and model to an event and passes it to the listener. Errors of the listener,
 * and rejections of an async one, are ignored: an error in a log function must not lose vectors that are billed.
 */
export function emitter(onEvent: ((event: TogetherEvent) => void) | undefined, common: Common): Emit {
  if (!onEvent) return () => {};
  return (event) => {
    try {
      isHandledPromise(onEvent({ ...common, ...event } as TogetherEvent));
    } catch {
      // See above.
    }
  };
}

/** Emits that unpaired surrogates were replaced, if they were. */
export function emitSanitized(
  emit: Emit,
  input: TextSanitizedEvent["input"],
  indexes: readonly number[],
): void {
  if (indexes.length > 0) emit({ type: "text-sanitized", input, indexes });
}
