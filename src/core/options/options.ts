/** The options that users read. */

export type { ByteStore } from "./byte-store.js";
export type { EmbedderOptions } from "./embedder-options.js";
export type { RerankerOptions } from "./reranker-options.js";
export type { Fetch, FetchInit, FetchResponse, SharedOptions } from "./shared-options.js";
