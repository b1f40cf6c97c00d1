/**
 * Together AI's embeddings and reranking for LangChain.js.
 *
 * @module
 */

export { TogetherEmbeddings } from "./embeddings.js";
export type { TogetherEmbeddingsParams } from "./embeddings.js";
export { TogetherReranker } from "./reranker.js";
export type { RerankedDocument, RerankInput, TogetherRerankerParams } from "./reranker.js";
export { TogetherError, isTogetherError } from "../core/errors/together-error.js";
export type { TogetherErrorCode, TogetherErrorDetails } from "../core/errors/together-error.js";
export type { CallOptions, Progress } from "../core/call-options.js";
export type { TogetherEvent } from "../core/events.js";
export type { ByteStore, EmbedderOptions, RerankerOptions, SharedOptions } from "../core/options/options.js";
export type { RerankOptions } from "../core/rerank/rerank-engine.js";
