/** Every option as users read it: what it means, its range, its default, its environment variable. */

import type Together from "together-ai";
import type { TogetherEvent } from "../events.js";
import type { EmbeddingModelId, RerankModelId } from "../models.js";

/** A `fetch`, as far as this package uses it. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/**
 * Where vectors are kept between runs: any LangChain `BaseStore<string, Uint8Array>`, or anything else that
 * reads and writes many byte strings at once. What it throws is told to `onEvent`, and costs the entries, not the call.
 */
export interface ByteStore {
  /** One entry for each key, in order; `undefined` for what is not there. */
  mget(keys: string[]): Promise<(Uint8Array | undefined)[]>;
  /** Keeps entries, each with its key. One that is there already is replaced. */
  mset(entries: [string, Uint8Array][]): Promise<void>;
}

/** Options that embeddings and reranking share. */
export interface SharedOptions {
  /**
   * Together's API key. It is sent nowhere but to `baseURL`, and stands in no property, message or event.
   *
   * @defaultValue the environment's `TOGETHER_API_KEY`, then `TOGETHER_AI_API_KEY`
   */
  apiKey?: string | undefined;

  /**
   * Where the API is: http or https. A model on a dedicated endpoint of yours is reached through
   * `"https://api-inference.together.ai/v1"` (Together's dedicated inference documentation, 2026-08).
   *
   * @defaultValue the environment's `TOGETHER_BASE_URL`, then `"https://api.together.ai/v1"`
   */
  baseURL?: string | undefined;

  /**
   * Milliseconds that one attempt may take, from sending to the last byte of the answer. Whole number, 1 to
   * 2,147,483,647. An attempt that takes longer is retried.
   *
   * @defaultValue 60_000
   */
  timeout?: number | undefined;

  /**
   * How often one request is tried again after a failure of the server or the network. Whole number, 0 to 100. In an
   * outage it is less often: all objects of a model together may retry ten times, and once more for every ten answers.
   *
   * A 429 does not count: it says nothing against the request. It ends in an error when the model has answered
   * nothing for 120 seconds, or when the server asks for a longer wait than that.
   *
   * @defaultValue 5
   */
  maxRetries?: number | undefined;

  /**
   * The most requests under way at once, a ceiling below which the throttle finds its own level. Whole number,
   * 1 to 1,024. All objects with the same `fetch`, origin, key and model count together.
   *
   * @defaultValue 16
   */
  maxConcurrency?: number | undefined;

  /**
   * Replaces the global `fetch`: for a proxy, or for tests with `createEmulator().fetch`.
   *
   * @defaultValue `globalThis.fetch`
   */
  fetch?: Fetch | undefined;

  /**
   * A `Together` client of your own, instead of `apiKey`, `baseURL` and `fetch`. Its headers and redirects stay as
   * you set them; its retries and its timeout are replaced by ours.
   *
   * @defaultValue one made from those three
   */
  client?: Together | undefined;

  /**
   * Hears what happens: requests, answers with their usage, retries, waits, cache hits, repaired and over-long
   * texts. It is called synchronously, so keep it quick; what it throws is ignored.
   *
   * @defaultValue nobody hears
   */
  onEvent?: ((event: TogetherEvent) => void) | undefined;
}

/** Options of {@link Embedder} and, in every framework, of `TogetherEmbeddings`. */
export interface EmbedderOptions extends SharedOptions {
  /**
   * The embedding model, or `"<project>/<endpoint>"` for one on a dedicated endpoint. There is no default: an index
   * belongs to the model it was made with, and Together's models come and go.
   */
  model: EmbeddingModelId;

  /**
   * How many texts travel in one request. Whole number, 1 to 2,048. What you set is never exceeded, and a batch is
   * also full at 512 estimated tokens for each text it may hold. Left to itself, the number is 128; a sixteenth of a
   * list of short texts where that is more; 512 once the server limits *requests* rather than tokens; and up to 2,048
   * where fewer than four requests a second pass.
   *
   * @defaultValue 128 to 2,048
   */
  batchSize?: number | undefined;

  /**
   * The length of the vectors, if you know it: an answer of any other length is an error. Not sent to Together,
   * which cannot shorten vectors. Whole number, 1 to 65,536.
   *
   * @defaultValue that of the first answer
   */
  dimensions?: number | undefined;

  /**
   * What goes before a query. Some models were trained to need it: without it, E5 loses much of its quality. `""`
   * turns it off.
   *
   * @defaultValue what the model's card prescribes, for a known model; otherwise `""`
   */
  queryPrefix?: string | undefined;

  /**
   * What goes before each document. No known model of Together's wants one. An index made with it needs it for good.
   *
   * @defaultValue `""`
   */
  documentPrefix?: string | undefined;

  /**
   * Scales every vector to length 1, so that dot product equals cosine. Together returns longer vectors for some
   * models (measured on recorded answers: 1.05 to 1.54 for M2-BERT).
   *
   * @defaultValue false
   */
  normalize?: boolean | undefined;

  /**
   * What to do with a text beyond the model's limit. `"send"` sends it and tells `onEvent`: the server then cuts or
   * refuses it. `"reject"` throws before any request, naming its index; it needs `countTokens`.
   *
   * @defaultValue "send"
   */
  longText?: "send" | "reject" | undefined;

  /**
   * Tokens that one text may have, prefix and special tokens included. Whole number, 1 or more.
   *
   * @defaultValue that of a known model; otherwise none
   */
  maxInputTokens?: number | undefined;

  /**
   * Counts the tokens of a text as the model does. Without it they are estimated, which is good enough for filling
   * batches and for warnings, never for refusing a text.
   *
   * @defaultValue the estimate
   */
  countTokens?: ((text: string) => number) | undefined;

  /**
   * How vectors travel. `"base64"` is a quarter of the bytes and a fraction of the work; a server that ignores it or
   * refuses it is answered in kind, and remembered. Vectors that travel as floats keep their digits.
   *
   * @defaultValue "base64"
   */
  encodingFormat?: "base64" | "float" | undefined;

  /**
   * Keeps vectors between runs, so that no text is paid for twice and a killed job resumes where it was. A store,
   * or a store with a `namespace` of your own that keeps its entries apart from others'. Queries are not kept.
   *
   * @defaultValue none
   */
  cache?: ByteStore | { store: ByteStore; namespace?: string | undefined } | undefined;
}

/** Options of {@link Reranker} and, in every framework, of `TogetherReranker`. */
export interface RerankerOptions extends SharedOptions {
  /** The reranker, or `"<project>/<endpoint>"` for one on a dedicated endpoint. There is no default. */
  model: RerankModelId;

  /**
   * How many of the best to return. Whole number, 1 or more.
   *
   * @defaultValue all
   */
  topN?: number | undefined;

  /**
   * Leaves out what scores less. Any finite number, on the model's own scale: 0 to 1 for Llama-Rank, possibly negative
   * for others.
   *
   * @defaultValue none
   */
  minScore?: number | undefined;

  /**
   * Documents in one request. Whole number, 1 to 10,000. A longer list is split and merged, and an event says so,
   * because scores of separate requests need not be comparable. A smaller number makes a long list several times
   * faster on an endpoint with replicas, and is safe for models that score each document by itself.
   *
   * @defaultValue the model's documented limit: 1,024 for Llama-Rank, and for unknown ones as well
   */
  batchSize?: number | undefined;

  /**
   * What to do when reranking fails for good. `"throw"` throws. `"original-order"` returns the items in the order they
   * came in, without scores, and tells `onEvent`: a search that goes on. Bad input and an abort always throw.
   *
   * @defaultValue "throw"
   */
  fallback?: "none" | "original-order" | undefined;
}
