/** Where LlamaIndex has its own words for what the core does: options of a model, and of a call. */

import type { BaseEmbeddingOptions, EmbeddingInfo } from "llamaindex";
import type { CallOptions } from "../core/call-options.js";
import { embeddingModel } from "../core/models.js";
import { Check } from "../core/options/option-reader.js";
import { MAX_BATCH_SIZE, type EmbedderOptions } from "../core/options/options.js";

/** Options of {@link TogetherEmbeddings}: those of the framework-free `Embedder`, one of them by two names. */
export interface TogetherEmbeddingsParams extends EmbedderOptions {
  /**
   * LlamaIndex's name for `batchSize`: texts in one request. Whole number, 1 to 2,048.
   *
   * @defaultValue `batchSize`
   */
  embedBatchSize?: number | undefined;
}

/** Options of a single call: LlamaIndex's own (`progressCallback`, `logProgress`, `logger`), and a way to end it. */
export interface EmbeddingCallOptions extends BaseEmbeddingOptions {
  /**
   * Ends the call at once, in whatever state it is, with the signal's own reason.
   *
   * @defaultValue nothing ends it but its work
   */
  signal?: AbortSignal | undefined;
}

/** LlamaIndex's options of a call in the core's words. */
export function toCallOptions(options: EmbeddingCallOptions = {}): CallOptions {
  const { signal, progressCallback, logProgress, logger = console } = options;
  return {
    signal,
    onProgress: ({ done, total }) => {
      progressCallback?.(done, total);
      if (logProgress) logger.log(`getting embedding progress: ${done} / ${total}`);
    },
  };
}

/** The core's options, for whichever of the two names the batch size came by. */
export function toEmbedderOptions(options: TogetherEmbeddingsParams, name: string): EmbedderOptions {
  const { embedBatchSize, ...shared } = options ?? {};
  const check = new Check({ embedBatchSize }, ["embedBatchSize"], name);
  const batchSize = check.whole("embedBatchSize", 1, MAX_BATCH_SIZE) ?? shared.batchSize;
  if (shared.batchSize !== undefined && shared.batchSize !== batchSize) {
    throw check.wrong("`batchSize` and `embedBatchSize` differ", "set one of them: they mean the same");
  }
  return { ...shared, batchSize };
}

/**
 * What LlamaIndex wants to know of a model, as far as it is known. Without a tokenizer: LlamaIndex has only OpenAI's,
 * and would cut texts where this model would not.
 */
export function infoOf({ model, dimensions, maxInputTokens }: EmbedderOptions): EmbeddingInfo {
  const known = embeddingModel(model);
  const length = dimensions ?? known?.dimensions;
  const maxTokens = maxInputTokens ?? known?.maxInputTokens;
  return { ...(length && { dimensions: length }), ...(maxTokens && { maxTokens }) };
}
