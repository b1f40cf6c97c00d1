/**
 * Together AI's embeddings and reranking for LlamaIndex.TS.
 *
 * @module
 */

export { TogetherEmbeddings } from "./embeddings.js";
export type { EmbeddingCallOptions, TogetherEmbeddingsParams } from "./options.js";
export { TogetherReranker } from "./reranker.js";
export type { TogetherRerankerParams } from "./reranker.js";
export { TogetherError, isTogetherError } from "../core/errors/together-error.js";
export type { TogetherErrorCode, TogetherErrorDetails } from "../core/errors/together-error.js";
export type { TogetherEvent } from "../core/events.js";
export type { ByteStore, EmbedderOptions, RerankerOptions, SharedOptions } from "../core/options/options.js";
export type { RerankOptions } from "../core/rerank/rerank-engine.js";
