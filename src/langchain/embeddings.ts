import { Embeddings } from "@langchain/core/embeddings";
import { EmbedEngine } from "../core/embed/embed-engine.js";
import type { CallOptions } from "../core/call-options.js";
import type { EmbedderOptions } from "../core/options/options.js";
import { toNumbers } from "../core/embed/vectors.js";

/** Options of {@link TogetherEmbeddings}: those of `Embedder`. */
export type TogetherEmbeddingsParams = EmbedderOptions;

/**
 * Together AI's embedding models for LangChain.
 *
 * Sends documents in batches, several at once, at the rate that the server accepts, and returns checked vectors in
 * order. Adds the query prefix of a known model, and sends queries before waiting documents.
 *
 * Does not use LangChain's `caller`: its `AsyncCaller` does not read Together's reset header, and does not retry a 429
 * without one (core 1.2.13, 2026-11).
 *
 * @example
 * ```ts
 * import { TogetherEmbeddings } from "together-retrieval/langchain";
 *
 * const embeddings = new TogetherEmbeddings({ model: "BAAI/bge-large-en-v1.5" });
 * const vectors = await embeddings.embedDocuments(["Plants turn light into sugar.", "Rust never sleeps."]);
 * console.log(vectors.length); // 2
 * ```
 */
export class TogetherEmbeddings extends Embeddings {
  /** The model, as set. */
  readonly model: string;
  readonly #engine: EmbedEngine;

  /**
   * @param options - Only `model` is required.
   * @throws {@link TogetherError} `invalid_option` or `missing_api_key`.
   */
  constructor(options: TogetherEmbeddingsParams) {
    super({});
    this.#engine = new EmbedEngine(options, "TogetherEmbeddings");
    this.model = this.#engine.model;
  }

  /** The length of the vectors: as set, as received, or as known for the model; otherwise `undefined`. */
  get dimensions(): number | undefined {
    return this.#engine.dimensions;
  }

  /**
   * Embeds documents: one vector per text, in the order of the texts. An empty list sends no request.
   *
   * @throws {@link TogetherError} `invalid_input` if a text cannot be sent; any other code if a request fails after all
   * retries.
   * @throws the signal's reason if it is aborted.
   */
  override async embedDocuments(texts: string[], options?: CallOptions): Promise<number[][]> {
    return (await this.#engine.embed(toNumbers, texts, options)).vectors;
  }

  /**
   * Embeds a query, with the query prefix of a known model.
   *
   * @throws as {@link TogetherEmbeddings.embedDocuments} does.
   */
  override async embedQuery(text: string, options?: CallOptions): Promise<number[]> {
    return (await this.#engine.embedQuery(toNumbers, text, options)).vector;
  }
}
