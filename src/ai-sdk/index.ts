/**
 * Together AI's embeddings and reranking for the AI SDK.
 *
 * @module
 */

export { createTogether, together } from "./provider.js";
export type { TogetherProvider, TogetherProviderOptions } from "./provider.js";
export type { EmbeddingModelOptions, InputType } from "./embedding-model.js";
export type { RerankingModelOptions } from "./reranking-model.js";
export { TogetherError, isTogetherError } from "../core/errors/together-error.js";
export type { TogetherErrorCode, TogetherErrorDetails } from "../core/errors/together-error.js";
export type { TogetherEvent } from "../core/events.js";
export type { ByteStore, EmbedderOptions, RerankerOptions, SharedOptions } from "../core/options/options.js";
