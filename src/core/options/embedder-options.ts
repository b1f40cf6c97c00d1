/** Options of embedders: the interface that users read, and the table that the code reads. */

import { embeddingModel, type EmbeddingModelId } from "../models.js";
import { byteStore, type ByteStore } from "./byte-store.js";
import { boolean, func, integer, oneOf, string, type OptionTable } from "./option-types.js";
import { sharedOptions, type SharedOptions } from "./shared-options.js";

/** Options of {@link Embedder} and, in every framework, of `TogetherEmbeddings`. */
export interface EmbedderOptions extends SharedOptions {
  /**
   * The model's id, or `"<project>/<endpoint>"` for a dedicated endpoint. There is no default: an index belongs to the
   * model that created it, and Together's models change.
   */
  model: EmbeddingModelId;

  /**
   * Id of the known model that runs behind an endpoint's name. The query prefix, the token limit and the dimensions come
   * from it; options that you set win. `model` stays the name that is sent, cached and reported. A response with other
   * dimensions is an error of code `invalid_option`, and so is an id that is not known.
   *
   * @defaultValue `model`
   */
  baseModel?: EmbeddingModelId | undefined;

  /**
   * Maximum number of texts in one request. Whole number, 1 to 2,048. By default it is 128, and up to 512 for a long
   * list of short texts. If the server limits requests, it is 512, and up to 2,048 below four per second. A batch has
   * at most 65,536 estimated tokens, 262,144 if requests are limited, or 512 per text of your `batchSize`.
   *
   * @defaultValue 128 to 2,048
   */
  batchSize?: number | undefined;

  /**
   * Length of the vectors; a response with another length is an error. Its code is `invalid_option` if all vectors of
   * the response have the same length. Not sent to Together, which cannot shorten vectors. Set it for a model of more
   * than 4,096 dimensions. Whole number, 1 to 16,384.
   *
   * @defaultValue that of the first response
   */
  dimensions?: number | undefined;

  /**
   * Added before each query; `""` for none. Some models are trained with a prefix: without it, E5 loses much of its
   * quality.
   *
   * @defaultValue as the model's card says, for a known model; otherwise `""`
   */
  queryPrefix?: string | undefined;

  /**
   * Added before each document. No known Together model needs one. An index made with a prefix always needs it.
   *
   * @defaultValue `""`
   */
  documentPrefix?: string | undefined;

  /**
   * Scales every vector to length 1, so that the dot product equals the cosine. Together returns longer vectors for
   * some models (1.05 to 1.54 for M2-BERT, measured on recorded responses).
   *
   * @defaultValue false
   */
  normalize?: boolean | undefined;

  /**
   * A text beyond the model's limit: `"send"` sends it, with an event; `"reject"` throws, and needs `countTokens`. A
   * text that is sent is truncated or rejected by the server. `"reject"` throws before any request, with the index.
   *
   * @defaultValue "send"
   */
  longText?: "send" | "reject" | undefined;

  /**
   * Maximum number of tokens in one text, with prefix and special tokens. Whole number, 1 or more.
   *
   * @defaultValue that of a known model; otherwise none
   */
  maxInputTokens?: number | undefined;

  /**
   * Counts the tokens of a text with your tokenizer. It returns a number, not a promise. The estimate fills batches and
   * causes events, but it never rejects a text.
   *
   * @defaultValue an estimate
   */
  countTokens?: ((text: string) => number) | undefined;

  /**
   * Encoding of the vectors in responses; falls back to `"float"` automatically. `"base64"` needs a quarter of the
   * bytes and a fraction of the CPU time. If a server ignores or rejects it, the client uses floats from then on.
   * Vectors received as floats keep their digits.
   *
   * @defaultValue "base64"
   */
  encodingFormat?: "base64" | "float" | undefined;

  /**
   * Keeps vectors between runs: a LangChain byte store, or `{ store, namespace }`. Cached documents are not embedded
   * again, and a killed job resumes. A `namespace` separates your entries from others. Queries are not cached.
   *
   * @defaultValue none
   */
  cache?: ByteStore | { store: ByteStore; namespace?: string | undefined } | undefined;
}

/** Texts in one request at first: enough for a low rate limit, and few enough for every server tested so far. */
export const DEFAULT_BATCH_SIZE = 128;

/** Maximum number of texts in one request. */
export const MAX_BATCH_SIZE = 2048;

/**
 * Maximum length of a vector. The longest that a provider has served had 12,288 numbers (OpenAI's
 * `text-similarity-davinci-001`, until 2024-01).
 */
export const MAX_DIMENSIONS = 16_384;

/** One entry per option, in the order of error messages and of docs/reference/configuration.md. */
export const embedderOptions = {
  ...sharedOptions("embedding"),
  batchSize: integer({ min: 1, max: MAX_BATCH_SIZE }),
  dimensions: integer({ min: 1, max: MAX_DIMENSIONS }),
  // No default for an unknown model: it may need a prefix.
  queryPrefix: string({ default: (model) => embeddingModel(model)?.queryPrefix }),
  documentPrefix: string({ default: "" }),
  normalize: boolean({ default: false }),
  longText: oneOf(["send", "reject"], { default: "send" }),
  maxInputTokens: integer({ min: 1, default: (model) => embeddingModel(model)?.maxInputTokens }),
  countTokens: func<(text: string) => number>(),
  encodingFormat: oneOf(["base64", "float"], { default: "base64" }),
  cache: byteStore,
} as const satisfies OptionTable<EmbedderOptions>;
