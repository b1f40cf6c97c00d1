/**
 * Scores one list of documents: in one request, or in several at once if it is longer than a request may be. A request
 * that the server rejects as too large is sent in halves.
 */

import { tooLargeBy } from "../errors/describe-failure.js";
import type { Emit } from "../events.js";
import type { Api } from "../request/api.js";
import type { ApiRequest, Failed } from "../request/attempt.js";
import { splitInHalf, textTooLong, type AcceptedSize, type Batch } from "../request/batch.js";
import { BatchQueue } from "../request/batch-queue.js";
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
  /** Called with the number of documents scored. */
  readonly onScored: (documents: number) => void;
}

export class RerankRun {
  readonly #options: RerankRunOptions;
  readonly #controller: AbortController;

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
    const scores = batches.map((batch) => this.#score(batch).catch((error: unknown) => this.#stop(error)));
    return (await Promise.all(scores)).flat().toSorted(byScore);
  }

  /** Cuts the list into batches, in order. */
  #batches(): Batch[] {
    const { acceptedSize, batchSize, input } = this.#options;
    const { limits } = acceptedSize;
    const queue = new BatchQueue(input.texts, input.texts.map(estimateTokens));
    const batches: Batch[] = [];
    const take = (): Batch | undefined =>
      queue.take({ texts: Math.min(batchSize, limits.texts), tokens: limits.tokens });
    for (let batch = take(); batch; batch = take()) batches.push(batch);
    return batches;
  }

  async #score(batch: Batch): Promise<RankedIndex[]> {
    const { api, acceptedSize, task, onScored } = this.#options;
    if (batch.texts.length > 1 && !acceptedSize.accepts(batch)) return this.#scoreHalves(batch);
    const operation = api.operation({ priority: "high", task, signal: this.#controller.signal });
    const attempt = await api.send(operation, this.#request(batch));
    if (attempt.status === "failed") return this.#recover(batch, attempt);
    acceptedSize.accepted(batch);
    onScored(batch.texts.length);
    return attempt.value.map(({ index, score }) => ({ index: batch.positions[index] as number, score }));
  }

  /** Sends a batch that was too large in halves, one after the other. @throws what else was wrong with it */
  async #recover(batch: Batch, failed: Failed): Promise<RankedIndex[]> {
    const { acceptedSize, emit, input, task } = this.#options;
    const by = tooLargeBy(failed.failure);
    if (!by) throw failed.error();
    const texts = batch.texts.length;
    if (texts === 1) {
      const index = input.indexes[batch.positions[0] as number] as number;
      throw textTooLong(task, "document", index, batch, failed);
    }
    emit({ type: "batch-split", reason: "request-too-large", texts, requests: 2 });
    acceptedSize.rejected(batch);
    const scores = await this.#scoreHalves(batch);
    acceptedSize.learn(by);
    return scores;
  }

  async #scoreHalves(batch: Batch): Promise<RankedIndex[]> {
    const [first, second] = splitInHalf(batch);
    return [...(await this.#score(first)), ...(await this.#score(second))];
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
