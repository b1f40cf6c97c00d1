/** What {@link SharedOptions.onEvent} hears: one typed stream of what happens. Events never hold a key or a text. */

import type { TogetherErrorCode } from "./errors/together-error.js";

/** Which of the two calls an event belongs to: `"embed"` for `/embeddings`, `"rerank"` for `/rerank`. */
export type Operation = "embed" | "rerank";

/** Tokens that Together counted. Zero where the server reports no usage, as it does for some models. */
export interface TokenUsage {
  /** Tokens of what was sent: texts, or query and documents. */
  readonly promptTokens: number;
  /** Tokens in all: usually the same, because these models write none. */
  readonly totalTokens: number;
}

interface Common {
  /** What it was about. */
  readonly operation: Operation;
  /** The model's id, as it was set. */
  readonly model: string;
}

/** A request leaves. */
export interface RequestEvent extends Common {
  readonly type: "request";
  /** Number of this request within its model, from 1. The answer or failure carries the same one. */
  readonly request: number;
  /** Texts or documents in it. */
  readonly texts: number;
  /** Their tokens, estimated. */
  readonly estimatedTokens: number;
  /** 1 for a first try. */
  readonly attempt: number;
  /** Requests under way for this model, this one included. */
  readonly inFlight: number;
}

/** A request was answered and its answer passed every check. */
export interface ResponseEvent extends Common {
  readonly type: "response";
  /** The number of the request that it answers. */
  readonly request: number;
  /** Texts or documents in that request. */
  readonly texts: number;
  /** From sending to the last checked byte, in milliseconds. */
  readonly durationMs: number;
  /** `undefined` where the server reports none. */
  readonly usage: TokenUsage | undefined;
  /** Together's id of the request, for a support ticket; `undefined` if the answer had none. */
  readonly requestId: string | undefined;
}

/** A request failed in a way that is worth another try. */
export interface RetryEvent extends Common {
  readonly type: "retry";
  /** The number of the request that failed. */
  readonly request: number;
  /** Why: what an error would say if it were the last try. */
  readonly code: TogetherErrorCode;
  /** HTTP status of the answer; `undefined` if there was none. */
  readonly status: number | undefined;
  /** Milliseconds until it may be sent again; it may have to wait for its turn beyond that. */
  readonly delayMs: number;
  /** How many retries it has left after this one. */
  readonly retriesLeft: number;
}

/** A request failed and is not sent again, or was aborted. What was in it may still travel otherwise, in halves, say. */
export interface RequestErrorEvent extends Common {
  readonly type: "request-error";
  /** The number of the request that failed. */
  readonly request: number;
  /** Why; `"aborted"` if the caller's signal or the failure of another request ended it. */
  readonly code: TogetherErrorCode | "aborted";
  /** HTTP status of the answer; `undefined` if there was none. */
  readonly status: number | undefined;
}

/** A request was refused with 429: all requests of this model wait, then go at a learned rate. */
export interface RateLimitedEvent extends Common {
  readonly type: "rate-limited";
  /** The number of the request that was refused. */
  readonly request: number;
  /** What the server says is limited. */
  readonly limitedBy: "requests" | "tokens";
  /** Milliseconds that every request of this model now waits. */
  readonly delayMs: number;
  /** The rate that follows, in requests or tokens per second. */
  readonly ratePerSecond: number;
}

/** Vectors were looked up in the cache. */
export interface CacheLookupEvent extends Common {
  readonly type: "cache-lookup";
  /** Texts whose vector was there. */
  readonly hits: number;
  /** Texts whose vector has to be asked for. */
  readonly misses: number;
  /** Entries, counted as misses, that did not hold what was once written there. */
  readonly corrupt: number;
}

/** The cache failed; the work goes on without it. */
export interface CacheErrorEvent extends Common {
  readonly type: "cache-error";
  /** What it was asked to do. */
  readonly phase: "read" | "write";
  /** What the store threw. */
  readonly error: unknown;
}

/** Texts beyond the model's input limit were sent all the same: the server will cut or refuse them. */
export interface TextTooLongEvent extends Common {
  readonly type: "text-too-long";
  /** Their places in the list or the stream. */
  readonly indexes: readonly number[];
  /** Tokens of the longest; an estimate unless `countTokens` is set. */
  readonly longestTokens: number;
  /** The limit, in tokens: as set, or as known of the model. */
  readonly maxInputTokens: number;
}

/** Texts held half of an emoji or other surrogate pair, as splitters leave behind; it became U+FFFD. */
export interface TextSanitizedEvent extends Common {
  readonly type: "text-sanitized";
  readonly input: "query" | "documents";
  /** Their places in the list or the stream; `[0]` for a query. */
  readonly indexes: readonly number[];
}

/** Blank documents cannot be ranked and were left out of the result. */
export interface DocumentSkippedEvent extends Common {
  readonly type: "document-skipped";
  /** Their places in the list. */
  readonly indexes: readonly number[];
}

/** What belongs together travels in several requests, because it was too much for one. */
export interface BatchSplitEvent extends Common {
  readonly type: "batch-split";
  /** More documents than `batchSize`, or a request that the server refused as too large. */
  readonly reason: "list-too-long" | "request-too-large";
  /** Texts or documents that would have travelled together. */
  readonly texts: number;
  /** Requests that they travel in now. */
  readonly requests: number;
}

/** Reranking failed and `fallback: "original-order"` let the search go on in the order it came in. */
export interface RerankFallbackEvent extends Common {
  readonly type: "rerank-fallback";
  /** Why: the code of the error that would have been thrown. */
  readonly code: TogetherErrorCode;
  /** HTTP status of the last answer; `undefined` if there was none. */
  readonly status: number | undefined;
  /** How many documents went on unranked. */
  readonly documents: number;
}

/** The union to switch on by `type`. */
export type TogetherEvent =
  | RequestEvent
  | ResponseEvent
  | RetryEvent
  | RequestErrorEvent
  | RateLimitedEvent
  | CacheLookupEvent
  | CacheErrorEvent
  | TextTooLongEvent
  | TextSanitizedEvent
  | DocumentSkippedEvent
  | BatchSplitEvent
  | RerankFallbackEvent;

/** `Omit` that keeps a union a union. */
type Without<Union, Key extends PropertyKey> = Union extends unknown ? Omit<Union, Key> : never;

/** Tells the listener, if there is one. */
export type Emit = (event: Without<TogetherEvent, keyof Common>) => void;

/**
 * Puts operation and model on every event. A listener that throws is its owner's affair: the vectors are
 * already paid for and must not be lost to a logging mistake.
 */
export function emitter(onEvent: ((event: TogetherEvent) => void) | undefined, common: Common): Emit {
  if (!onEvent) return () => {};
  return (event) => {
    try {
      onEvent({ ...common, ...event } as TogetherEvent);
    } catch {
      // See above.
    }
  };
}
