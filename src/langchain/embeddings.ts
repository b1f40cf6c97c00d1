import { Embeddings } from "@langchain/core/embeddings";
import { EmbedEngine } from "../core/embed/embed-engine.js";
import type { CallOptions } from "../core/call-options.js";
import type { EmbedderOptions } from "../core/options/options.js";
import { toNumbers } from "../core/embed/vectors.js";

/** Options of {@link TogetherEmbeddings}: those of the framework-free `Embedder`. */
export type TogetherEmbeddingsParams = EmbedderOptions;

/**
 * Together AI's embeddings, wherever LangChain takes an embedding model.
 *
 * Documents travel in batches, several at once, at the rate that your limit allows; vectors come back in order and
 * checked. Queries carry the prefix that the model's card prescribes and go ahead of waiting documents.
 *
 * Retries are ours: LangChain's `AsyncCaller` knows neither Together's reset header nor a 429 without a hint
 * (core 1.2.13, 2026-11), so `caller` is not used.
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
  /** The model whose vectors these are. */
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

  /** The length of the vectors, for stores that ask: as set, as received, or as known of the model. */
  get dimensions(): number | undefined {
    return this.#engine.dimensions;
  }

  /**
   * Embeds documents: one vector each, in the order given. An empty list makes no request.
   *
   * @throws {@link TogetherError} if a text cannot be sent or a request fails for good; the signal's reason if aborted.
   */
  override async embedDocuments(texts: string[], options?: CallOptions): Promise<number[][]> {
    return (await this.#engine.embed(toNumbers, texts, options)).vectors;
  }

  /**
   * Embeds a query, with the model's query prefix.
   *
   * @throws as {@link TogetherEmbeddings.embedDocuments} does.
   */
  override async embedQuery(text: string, options?: CallOptions): Promise<number[]> {
    return (await this.#engine.embedQuery(toNumbers, text, options)).vector;
  }
}
