import type { CallOptions } from "../call-options.js";
import type { TokenUsage } from "../events.js";
import type { EmbedderOptions } from "../options/options.js";
import { EmbedEngine, type Embeddings, type StreamedEmbedding } from "./embed-engine.js";
import type { EmbeddingEstimate } from "./estimate.js";
import { toFloat32 } from "./vectors.js";

/**
 * Embeds texts with a model of Together's, without a framework.
 *
 * Sends texts in batches at the rate that the server accepts, retries failures, and checks every response. All
 * embedders with the same `fetch`, origin, key and model share one rate limiter.
 *
 * @example
 * ```ts
 * import { Embedder } from "together-retrieval";
 *
 * const embedder = new Embedder({ model: "BAAI/bge-large-en-v1.5" });
 * const { vectors, usage } = await embedder.embed(["Plants turn light into sugar.", "Rust never sleeps."]);
 * console.log(vectors.length, usage.totalTokens > 0); // 2 true
 * ```
 */
export class Embedder {
  /** The model, as set. */
  readonly model: string;
  readonly #engine: EmbedEngine;

  /**
   * @param options - Only `model` is required.
   * @throws {@link TogetherError} `invalid_option` or `missing_api_key`.
   */
  constructor(options: EmbedderOptions) {
    this.#engine = new EmbedEngine(options, "Embedder");
    this.model = this.#engine.model;
  }

  /** The length of the vectors: as set, as received, or as known for the model; otherwise `undefined`. */
  get dimensions(): number | undefined {
    return this.#engine.dimensions;
  }

  /**
   * Embeds documents: one vector per text, in the order of the texts.
   *
   * An empty list sends no request. Duplicate texts are sent once.
   *
   * @throws {@link TogetherError} `invalid_input` if a text cannot be sent (then no request is sent); any other code if
   * a request fails after all retries. Then no vector is returned. The cache keeps received vectors.
   * @throws the signal's reason if it is aborted.
   */
  embed(texts: readonly string[], options?: CallOptions): Promise<Embeddings> {
    return this.#engine.embed(toFloat32, texts, options);
  }

  /**
   * Embeds a query: with the model's query prefix, before all waiting documents. Queries are not cached.
   *
   * @throws as {@link Embedder.embed} does.
   */
  embedQuery(text: string, options?: CallOptions): Promise<{ vector: Float32Array; usage: TokenUsage }> {
    return this.#engine.embedQuery(toFloat32, text, options);
  }

  /**
   * Embeds a source of any length in bounded memory. Reads ahead only as far as requests can be sent, and yields in
   * order.
   *
   * Leaving the loop aborts all requests and closes the source. If a source pauses for 100 ms, its texts are sent.
   *
   * @param source - Texts: an array, a generator, a file's lines, a database cursor.
   * @throws as {@link Embedder.embed} does, and errors of the source. It may have yielded vectors before.
   */
  embedStream(
    source: Iterable<string> | AsyncIterable<string>,
    options?: CallOptions,
  ): AsyncGenerator<StreamedEmbedding, void, undefined> {
    return this.#engine.embedStream(source, options);
  }

  /**
   * Estimates what {@link Embedder.embed} sends for these texts now: different texts, tokens, requests, and which texts
   * are too long. Sends no request.
   *
   * Reads the cache, and emits only `cache-lookup` and `cache-error`. With `longText: "reject"`, long texts are not an
   * error here. Rate limits, failures and rejected batches add requests. Cached vectors of another length than the
   * server's add requests too.
   *
   * @example
   * ```ts
   * import { Embedder } from "together-retrieval";
   *
   * const embedder = new Embedder({ model: "BAAI/bge-large-en-v1.5" });
   * const texts = ["Rust eats iron.", "Rust eats iron.", "Bees live on nectar. ".repeat(200)];
   * const { uniqueTexts, requests, tooLong } = await embedder.estimate(texts);
   * console.log(uniqueTexts, requests, tooLong); // 2 1 [ 2 ]
   * ```
   *
   * @throws {@link TogetherError} `invalid_input` if a text cannot be sent; `invalid_option` if `countTokens` returns no
   * number.
   * @throws the signal's reason if it is aborted; what `onProgress` throws.
   */
  estimate(texts: readonly string[], options?: CallOptions): Promise<EmbeddingEstimate> {
    return this.#engine.estimator.list(texts, options);
  }

  /**
   * Estimates what {@link Embedder.embedStream} sends for a source now, in bounded memory. Sends no request, and reads
   * the source to its end.
   *
   * A stream is sent in chunks of `batchSize` texts, 128 by default. Duplicates count once per chunk. If the source of
   * `embedStream` pauses for 100 ms, it sends more requests. With a cache, it may send fewer texts: it finds duplicates
   * of earlier chunks there.
   *
   * @param source - Texts. {@link Embedder.embedStream} needs a source of its own: this one is at its end.
   * @throws as {@link Embedder.estimate} does, and what the source throws.
   */
  estimateStream(
    source: Iterable<string> | AsyncIterable<string>,
    options?: CallOptions,
  ): Promise<EmbeddingEstimate> {
    return this.#engine.estimator.stream(source, options);
  }
}
