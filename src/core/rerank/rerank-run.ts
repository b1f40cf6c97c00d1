/**
 * Scores one list of documents: in one request, or in several at once if it is longer than a request may be. A request
 * that the server rejects as too large is sent in halves.
 */

import type { CallOptions } from "../call-options.js";
import type { Emit } from "../events.js";
import type { Api } from "../request/api.js";
import type { ApiRequest, Failed } from "../request/attempt.js";
import type { AcceptedSize, Batch } from "../request/batch.js";
import { BatchQueue } from "../request/batch-queue.js";
import { BatchSplitter } from "../request/batch-splitter.js";
import {
  byScore,
  maxRankingBytes,
  readRanking,
  readUsage,
  rerankRequest,
  type RankedIndex,
} from "../request/wire.js";
import { estimateTokens } from "../tokens.js";
import type { UsageTotal } from "../usage.js";
import type { RankInput } from "./rank-input.js";

/** What a run needs from the engine that starts it. */
export interface RerankRunOptions {
  readonly api: Api;
  readonly acceptedSize: AcceptedSize;
  readonly emit: Emit;
  readonly model: string;
  readonly input: RankInput<unknown>;
  /** Most documents per request. */
  readonly batchSize: number;
  /** How many of the best are wanted; `undefined` for all. */
  readonly topN: number | undefined;
  /** What the caller asked for; completes the sentence "Cannot ...". */
  readonly task: string;
  readonly usage: UsageTotal;
  readonly onProgress: CallOptions["onProgress"];
}

export class RerankRun {
  readonly #options: RerankRunOptions;
  readonly #controller: AbortController;
  readonly #scores: RankedIndex[] = [];
  /** Documents that are scored. */
  #done = 0;

  /** @param controller - Aborted by the caller's signal, and by the first failure here. */
  constructor(options: RerankRunOptions, controller: AbortController) {
    this.#options = options;
    this.#controller = controller;
  }

  /** The positions and scores of all documents that can be among the `topN` best, best first. */
  async run(): Promise<RankedIndex[]> {
    const { emit, input } = this.#options;
    const [texts, batches] = [input.texts.length, this.#batches()];
    const requests = batches.length;
    if (requests > 1) emit({ type: "batch-split", reason: "list-too-long", texts, requests });
    const splitter = new BatchSplitter({
      ...this.#options,
      noun: "document",
      indexes: input.indexes,
      send: (batch) => this.#send(batch),
    });
    await Promise.all(
      batches.map((batch) => splitter.send(batch).catch((error: unknown) => this.#stop(error))),
    );
    return this.#scores.toSorted(byScore);
  }

  /** Cuts the list into batches, in order. */
  #batches(): Batch[] {
    const { acceptedSize, batchSize, input } = this.#options;
    const limits = acceptedSize.within({ texts: batchSize, tokens: Number.POSITIVE_INFINITY });
    const queue = new BatchQueue(input.texts, input.texts.map(estimateTokens));
    const batches: Batch[] = [];
    for (let batch = queue.take(limits); batch; batch = queue.take(limits)) batches.push(batch);
    return batches;
  }

  /** Sends a batch and keeps its scores. Returns the failure if the server rejects it. */
  async #send(batch: Batch): Promise<Failed | undefined> {
    const { api, acceptedSize, input, task, onProgress } = this.#options;
    const operation = api.operation({ priority: "high", task, signal: this.#controller.signal });
    const attempt = await api.send(operation, this.#request(batch));
    if (attempt.status === "failed") return attempt;
    acceptedSize.accepted(batch);
    this.#done += batch.texts.length;
    onProgress?.({ done: this.#done, total: input.texts.length });
    for (const { index, score } of attempt.value) {
      this.#scores.push({ index: batch.positions[index] as number, score });
    }
    return undefined;
  }

  #request({ texts, tokens }: Batch): ApiRequest<RankedIndex[]> {
    const { model, input, topN, usage } = this.#options;
    const { query } = input;
    const wanted = Math.min(topN ?? texts.length, texts.length);
    return {
      call: { path: "/rerank", body: rerankRequest(model, query, texts, wanted) },
      texts,
      estimatedTokens: tokens + estimateTokens(query),
      maxBytes: maxRankingBytes(texts),
      sensitiveTexts: () => [query, ...texts],
      parse: (body) => {
        const ranking = readRanking(body, texts.length, wanted);
        usage.add(readUsage(body));
        return ranking;
      },
    };
  }

  /** Ends the other batches. The first failure is the signal's reason from then on. */
  #stop(error: unknown): never {
    this.#controller.abort(error);
    throw this.#controller.signal.reason;
  }
}
