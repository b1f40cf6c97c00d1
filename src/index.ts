/**
 * Together AI's embeddings and reranking, free of any framework.
 *
 * Everything else (the rate limiter, the request path) is an implementation detail.
 *
 * @module
 */

export { Embedder } from "./core/embed/embedder.js";
export type { Embeddings, StreamedEmbedding } from "./core/embed/embed-engine.js";
export type { EmbeddingEstimate } from "./core/embed/estimate.js";
export type { CallOptions, Progress } from "./core/call-options.js";
export { Reranker } from "./core/rerank/reranker.js";
export type { Reranked, RerankOptions } from "./core/rerank/rerank-engine.js";
export { TogetherError, isTogetherError } from "./core/errors/together-error.js";
export type { TogetherErrorCode, TogetherErrorDetails } from "./core/errors/together-error.js";
export { embeddingModel, rerankModel } from "./core/models.js";
export type { EmbeddingModel, EmbeddingModelId, RerankModel, RerankModelId } from "./core/models.js";
export type {
  ByteStore,
  EmbedderOptions,
  Fetch,
  FetchInit,
  FetchResponse,
  RerankerOptions,
  SharedOptions,
} from "./core/options/options.js";
export type {
  ResponseEvent,
  CacheLookupEvent,
  CacheErrorEvent,
  RequestErrorEvent,
  TextTooLongEvent,
  Operation,
  TextSanitizedEvent,
  RequestEvent,
  RetryEvent,
  DocumentSkippedEvent,
  BatchSplitEvent,
  ModelUnknownEvent,
  OutageEvent,
  RateLimitedEvent,
  TogetherEvent,
  TokenUsage,
  RerankFallbackEvent,
} from "./core/events.js";
