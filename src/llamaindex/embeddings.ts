import { BaseEmbedding, type MessageContentDetail } from "llamaindex";
import { EmbedEngine } from "../core/embed/embed-engine.js";
import { DEFAULT_BATCH_SIZE } from "../core/options/embedder-options.js";
import type { EmbedderOptions } from "../core/options/options.js";
import { toNumbers } from "../core/embed/vectors.js";
import { embedTask, queryTask } from "../core/validate-texts.js";
import { infoOf, toCallOptions, toEmbedderOptions } from "./options.js";
import type { EmbeddingCallOptions, TogetherEmbeddingsParams } from "./options.js";

const NAME = "TogetherEmbeddings";

/**
 * Together AI's embedding models for LlamaIndex.
 *
 * Sends nodes in batches, several at once, at the rate that the server accepts, and returns checked vectors in order.
 * Adds the query prefix of a known model, and sends queries before waiting nodes.
 *
 * @example
 * ```ts
 * import { Settings } from "llamaindex";
 * import { TogetherEmbeddings } from "together-retrieval/llamaindex";
 *
 * Settings.embedModel = new TogetherEmbeddings({ model: "BAAI/bge-large-en-v1.5" });
 * const vector = await Settings.embedModel.getTextEmbedding("Plants turn light into sugar.");
 * console.log(vector.length); // 1024
 * ```
 */
export class TogetherEmbeddings extends BaseEmbedding {
  /** The model, as set. */
  readonly model: string;
  /**
   * Maximum number of texts per request, from the next call on. Requests never exceed it. Until you set it, it reads
   * 128, and requests can grow to 2,048 texts.
   */
  declare embedBatchSize: number;
  readonly #options: EmbedderOptions;
  #engine: EmbedEngine;
  /** The user's value; `undefined` if it is not set. */
  #batchSize: number | undefined;
  #builtFor: number | undefined;

  /**
   * @param options - Only `model` is required.
   * @throws {@link TogetherError} `invalid_option` or `missing_api_key`.
   */
  constructor(options: TogetherEmbeddingsParams) {
    super();
    this.#options = toEmbedderOptions(options, NAME);
    this.#engine = new EmbedEngine(this.#options, NAME);
    this.#builtFor = this.#batchSize = this.#options.batchSize;
    // The base class sets an own property, which would hide an accessor of this class (0.12.1, 2026-11). It stays
    // enumerable and configurable.
    Object.defineProperty(this, "embedBatchSize", {
      get: () => this.#batchSize ?? DEFAULT_BATCH_SIZE,
      set: (size: number) => {
        this.#batchSize = size;
      },
    });
    this.model = this.#engine.model;
    this.embedInfo = infoOf(this.#options);
  }

  /** The length of the vectors: as set, as received, or as known for the model; otherwise `undefined`. */
  get dimensions(): number | undefined {
    return this.#engine.dimensions;
  }

  /**
   * Embeds one text, without the query prefix.
   *
   * @throws as {@link TogetherEmbeddings.getTextEmbeddingsBatch} does.
   */
  override async getTextEmbedding(text: string, options?: EmbeddingCallOptions): Promise<number[]> {
    return (await this.getTextEmbeddingsBatch([text], options))[0] as number[];
  }

  /**
   * Does the same as {@link TogetherEmbeddings.getTextEmbeddingsBatch}. It is a property because the base class sets
   * one, which would hide a method of this name and send one text per request (0.12.1, 2026-11).
   */
  override getTextEmbeddings = (texts: string[], options?: EmbeddingCallOptions): Promise<number[][]> =>
    this.getTextEmbeddingsBatch(texts, options);

  /**
   * Embeds documents: one vector per text, in the order of the texts. An empty list sends no request.
   *
   * @throws {@link TogetherError} `invalid_input` if a text cannot be sent; any other code if a request fails after all
   * retries.
   * @throws the signal's reason if it is aborted.
   */
  override async getTextEmbeddingsBatch(
    texts: string[],
    options?: EmbeddingCallOptions,
  ): Promise<number[][]> {
    const checked = toCallOptions(options, embedTask(texts, this.model));
    return (await this.#current().embed(toNumbers, texts, checked)).vectors;
  }

  /**
   * Embeds a query, with the query prefix of a known model. Returns `null` for a part of a query that is not text,
   * such as an image.
   *
   * @throws as {@link TogetherEmbeddings.getTextEmbeddingsBatch} does.
   */
  override async getQueryEmbedding(
    query: MessageContentDetail | string,
    options?: EmbeddingCallOptions,
  ): Promise<number[] | null> {
    // A string has no type.
    const { type, text: textOfPart } = Object(query) as { type?: unknown; text?: string };
    if (typeof type === "string" && type !== "text") return null;
    // Core rejects invalid input, so that all frameworks have the same error message.
    const text = (type === "text" ? textOfPart : query) as string;
    const checked = toCallOptions(options, queryTask(this.model));
    return (await this.#current().embedQuery(toNumbers, text, checked)).vector;
  }

  /** Returns the engine for the present `embedBatchSize`, which LlamaIndex lets users set on an existing model. */
  #current(): EmbedEngine {
    const embedBatchSize = this.#batchSize;
    if (embedBatchSize === this.#builtFor) return this.#engine;
    const options = { ...this.#options, batchSize: undefined, embedBatchSize };
    this.#engine = new EmbedEngine(toEmbedderOptions(options, NAME), NAME, this.#engine);
    this.#builtFor = embedBatchSize;
    return this.#engine;
  }
}
