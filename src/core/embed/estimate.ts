/** Estimates the requests of a call of an embedder, without a request. */

import { linkedAbortController } from "../abort.js";
import type { CallOptions } from "../call-options.js";
import { reportProgress } from "../callbacks.js";
import { callOptions, readCallOptions } from "../options/read-call-options.js";
import type { ResolvedEmbedder } from "../options/resolve-options.js";
import type { BatchQueue } from "../request/batch-queue.js";
import type { BatchLimits } from "../request/batch.js";
import { estimateTask } from "../validate-texts.js";
import type { BatchSizer } from "./batch-sizer.js";
import { readChunks } from "./chunk-stream.js";
import { PreparedTexts } from "./prepared-texts.js";
import type { VectorCache } from "./vector-cache.js";
import type { VectorLength } from "./vector-length.js";

/** The estimated requests of {@link Embedder.embed} or {@link Embedder.embedStream}. */
export interface EmbeddingEstimate {
  /** Number of texts in the list or the stream. */
  readonly texts: number;
  /** Number of different texts. A stream finds duplicates only within a chunk. */
  readonly uniqueTexts: number;
  /** Number of different texts whose vector is in the cache. The other `uniqueTexts - cached` texts are sent. */
  readonly cached: number;
  /** Tokens of the texts that are sent, with the document prefix. */
  readonly tokens: number;
  /**
   * Whether the tokens are estimated from characters, because `countTokens` is not set. The estimate was within 15 %
   * for English, source code and Chinese. For other languages it was up to 40 % too low (Korean) or 2.1 times too high
   * (Russian): BERT's and Mistral's vocabularies, 2026-11, `npx tsx test/performance/estimate/main.ts`. The vocabulary of multilingual
   * E5 was not measured.
   */
  readonly tokensAreEstimated: boolean;
  /** Number of requests, if the server accepts each of them at the first attempt. */
  readonly requests: number;
  /**
   * Indexes of all texts beyond `maxInputTokens`, duplicates and cached texts included. Empty if the limit is unknown.
   * Without `countTokens`, they are found by the estimate, which may be wrong.
   */
  readonly tooLong: readonly number[];
}

/** The values that the estimator shares with the engine. */
export interface EstimatorParts {
  readonly options: ResolvedEmbedder;
  readonly cache: VectorCache | undefined;
  readonly length: VectorLength;
  readonly sizer: BatchSizer;
}

export class Estimator {
  readonly #parts: EstimatorParts;

  constructor(parts: EstimatorParts) {
    this.#parts = parts;
  }

  /** Estimates what `embed` would send now. */
  async list(texts: readonly string[], options?: CallOptions): Promise<EmbeddingEstimate> {
    const task = estimateTask(texts, this.#parts.options.model);
    const { signal, onProgress } = readCallOptions(options, callOptions, task);
    const estimate = await this.#estimate(texts, 0, task, signal);
    const done = estimate.texts;
    if (done > 0) await reportProgress(onProgress, { done, total: done }, signal);
    return estimate;
  }

  /** Estimates what `embedStream` would send now. */
  async stream(
    source: Iterable<string> | AsyncIterable<string>,
    options?: CallOptions,
  ): Promise<EmbeddingEstimate> {
    const { options: set, sizer } = this.#parts;
    const task = `estimate a stream with "${set.model}"`;
    const { signal, onProgress } = readCallOptions(options, callOptions, task);
    const { controller, unlink } = linkedAbortController(signal);
    const chunks = readChunks(source, {
      size: () => sizer.chunkSize,
      ahead: () => 1,
      waitsForFullChunks: true,
      signal: controller.signal,
      task,
      run: (texts, first) => this.#estimate(texts, first, task, signal),
    });
    const total = emptyEstimate(!set.countTokens);
    try {
      for await (const { result, read } of chunks) {
        for (const name of sums) total[name] += result[name];
        for (const index of result.tooLong) total.tooLong.push(index);
        await reportProgress(onProgress, { done: total.texts, total: read }, signal);
      }
    } finally {
      unlink();
    }
    return total;
  }

  async #estimate(
    list: readonly string[],
    first: number,
    task: string,
    signal: AbortSignal | undefined,
  ): Promise<EmbeddingEstimate> {
    signal?.throwIfAborted();
    const { options, cache, length, sizer } = this.#parts;
    const { countTokens, documentPrefix: prefix, maxInputTokens = Number.POSITIVE_INFINITY } = options;
    const prepared = new PreparedTexts(list, { task, first, prefix, convert: (vector) => vector, options });
    const { unique, tokenCounts } = prepared;
    if (cache && unique.texts.length > 0) await prepared.readCache(cache, length, signal);
    signal?.throwIfAborted();
    const { missing } = unique;
    const { tokens, requests } = countRequests(prepared.queue(missing), sizer.limitsFor(missing.length));
    return {
      texts: list.length,
      uniqueTexts: unique.texts.length,
      cached: unique.texts.length - missing.length,
      tokens,
      tokensAreEstimated: !countTokens,
      requests,
      tooLong: unique.indexesWhere((position) => (tokenCounts[position] as number) > maxInputTokens),
    };
  }
}

/** Sums over the chunks of a stream. */
const sums = ["texts", "uniqueTexts", "cached", "tokens", "requests"] as const;

function emptyEstimate(
  tokensAreEstimated: boolean,
): Record<(typeof sums)[number], number> & { tokensAreEstimated: boolean; tooLong: number[] } {
  return { texts: 0, uniqueTexts: 0, cached: 0, tokens: 0, tokensAreEstimated, requests: 0, tooLong: [] };
}

/** Splits a queue into batches as a run does, without sending them. */
function countRequests(queue: BatchQueue, limits: () => BatchLimits): { tokens: number; requests: number } {
  let [tokens, requests] = [0, 0];
  for (let batch = queue.take(limits()); batch; batch = queue.take(limits())) {
    tokens += batch.tokens;
    requests += 1;
  }
  return { tokens, requests };
}
