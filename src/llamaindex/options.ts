/** Converts LlamaIndex's options, of a model and of a call, to those of core. */

import type { BaseEmbeddingOptions, EmbeddingInfo } from "llamaindex";
import type { CallOptions, Progress } from "../core/call-options.js";
import { embeddingModel } from "../core/models.js";
import { embedderOptions, MAX_BATCH_SIZE } from "../core/options/embedder-options.js";
import { suggestFor } from "../core/options/option-habits.js";
import { hasProperty, isOptions, splitOptions } from "../core/options/option-reader.js";
import { boolean, func, integer, object, type OptionTable } from "../core/options/option-types.js";
import { abortSignal, readCallOptions } from "../core/options/read-call-options.js";
import type { EmbedderOptions } from "../core/options/options.js";

/** Options of {@link TogetherEmbeddings}: those of `Embedder`, and LlamaIndex's name for one of them. */
export interface TogetherEmbeddingsParams extends EmbedderOptions {
  /**
   * LlamaIndex's name for `batchSize`: maximum number of texts in one request. Whole number, 1 to 2,048.
   *
   * @defaultValue `batchSize`
   */
  embedBatchSize?: number | undefined;
}

/** Options of one call: LlamaIndex's own (`progressCallback`, `logProgress`, `logger`) and an abort signal. */
export interface EmbeddingCallOptions extends BaseEmbeddingOptions {
  /**
   * Aborts the call at once, in every state, with the signal's reason.
   *
   * @defaultValue none
   */
  signal?: AbortSignal | undefined;
}

/** One entry per option of a call. */
const callTable = {
  signal: abortSignal,
  progressCallback: func<NonNullable<EmbeddingCallOptions["progressCallback"]>>(),
  logProgress: boolean({ default: false }),
  logger: object<NonNullable<EmbeddingCallOptions["logger"]>>("a logger", ["log"]),
} as const satisfies OptionTable<EmbeddingCallOptions>;

/**
 * Converts LlamaIndex's options of a call to those of core. Ignores unknown ones, unless they resemble one of these: an
 * ingestion pipeline passes the options of all transformations to each.
 *
 * @throws {@link TogetherError} `invalid_option`.
 */
export function toCallOptions(options: EmbeddingCallOptions | undefined, task: string): CallOptions {
  const read = readCallOptions(isOptions(options, callTable) ? pickOurs(options) : options, callTable, task);
  const { signal, progressCallback, logProgress, logger = console } = read;
  const onProgress = ({ done, total }: Progress): unknown => {
    if (logProgress) logger.log(`getting embedding progress: ${done} / ${total}`);
    return progressCallback?.(done, total);
  };
  return { signal, onProgress };
}

/** The options of the table, and similar names. */
function pickOurs(options: Readonly<Record<string, unknown>>): object {
  const known = Object.keys(callTable);
  const passed = known.filter((name) => hasProperty(options, name));
  const similar = Object.keys(options).filter((name) => !known.includes(name) && suggestFor(name, known));
  return Object.fromEntries([...passed, ...similar].map((name) => [name, options[name]]));
}

/** The options that only LlamaIndex has. */
const ownOptions = {
  embedBatchSize: integer({ min: 1, max: MAX_BATCH_SIZE }),
} as const satisfies OptionTable<Omit<TogetherEmbeddingsParams, keyof EmbedderOptions>>;

/**
 * Converts LlamaIndex's options to those of core.
 *
 * @throws {@link TogetherError} `invalid_option` if `batchSize` and `embedBatchSize` differ.
 */
export function toEmbedderOptions(options: TogetherEmbeddingsParams, name: string): EmbedderOptions {
  const { own, core, error } = splitOptions<typeof ownOptions, TogetherEmbeddingsParams>(
    options,
    ownOptions,
    embedderOptions,
    name,
  );
  const batchSize = own.embedBatchSize ?? core.batchSize;
  if (core.batchSize !== undefined && core.batchSize !== batchSize) {
    throw error("`batchSize` and `embedBatchSize` differ", "set one of them: they mean the same");
  }
  return Object.assign(core, { batchSize });
}

/**
 * The known facts of a model for LlamaIndex. Without a tokenizer: LlamaIndex has only OpenAI's, and would truncate
 * texts that this model accepts.
 */
export function infoOf({ model, baseModel, dimensions, maxInputTokens }: EmbedderOptions): EmbeddingInfo {
  const known = embeddingModel(baseModel ?? model);
  const length = dimensions ?? known?.dimensions;
  const maxTokens = maxInputTokens ?? known?.maxInputTokens;
  return { ...(length && { dimensions: length }), ...(maxTokens && { maxTokens }) };
}
