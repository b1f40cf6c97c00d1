/** Reranks items for {@link Reranker} and for the adapters, with the usage of each call. */

import { linkedAbortController } from "../abort.js";
import type { CallOptions } from "../call-options.js";
import { cannot, isTogetherError, type TogetherError } from "../errors/together-error.js";
import { emitter, type Emit, type TokenUsage } from "../events.js";
import type { RerankerOptions } from "../options/options.js";
import { rerankerOptions } from "../options/reranker-options.js";
import { resolveReranker, type ResolvedReranker } from "../options/resolve-options.js";
import { Api } from "../request/api.js";
import { AcceptedSize } from "../request/batch.js";
import type { RankedIndex } from "../request/wire.js";
import { UsageTotal } from "../usage.js";
import { rerankTask } from "../validate-texts.js";
import { readRankInput, type RankInput } from "./rank-input.js";
import { RerankRun } from "./rerank-run.js";

/** Options of one call. */
export interface RerankOptions extends CallOptions {
  /**
   * How many of the best items to return. Whole number, 1 or more.
   *
   * @defaultValue that of the object
   */
  topN?: number | undefined;
  /**
   * Leaves out items with a lower score. Any finite number, on the model's own scale.
   *
   * @defaultValue that of the object
   */
  minScore?: number | undefined;
}

/** An item and its score. */
export interface Reranked<Item> {
  /** The item itself, not a copy. */
  readonly item: Item;
  /** Its index in the list that was passed, from 0. */
  readonly index: number;
  /** On the model's own scale; `undefined` only after a failure with `fallback: "original-order"`. */
  readonly score: number | undefined;
}

/** The result of one call. */
export interface Ranking<Item> {
  readonly ranked: Reranked<Item>[];
  readonly usage: TokenUsage;
}

type ScoreLimits = Pick<ResolvedReranker, "topN" | "minScore">;

export class RerankEngine {
  readonly #options: ResolvedReranker;
  readonly #emit: Emit;
  readonly #api: Api;
  readonly #acceptedSize = new AcceptedSize();

  /** @param name - The class that the user creates, for error messages. */
  constructor(options: RerankerOptions, name: string) {
    this.#options = resolveReranker(options, name);
    this.#emit = emitter(this.#options.onEvent, { operation: "rerank", model: this.model });
    this.#api = new Api(this.#options, this.#emit);
  }

  get model(): string {
    return this.#options.model;
  }

  /** Reranks items, best first. */
  async rerank<Item>(
    query: string,
    items: readonly Item[],
    textOf: (item: Item) => string,
    options: RerankOptions = {},
  ): Promise<Ranking<Item>> {
    options.signal?.throwIfAborted();
    const limits = this.#limits(options);
    const task = rerankTask(items, this.model);
    const input = readRankInput(task, query, items, textOf);
    this.#emitInput(input);
    const usage = new UsageTotal();
    try {
      const scores = await this.#score(input, limits.topN, task, usage, options);
      return { ranked: best(input, scores, limits), usage: usage.usage() };
    } catch (error) {
      // The reason of an abort can itself be a TogetherError: that of another call of the user's.
      const isFallback = this.#options.fallback === "original-order" && !options.signal?.aborted;
      if (!isFallback || !isTogetherError(error)) throw error;
      return { ranked: this.#originalOrder(input, error).slice(0, limits.topN), usage: usage.usage() };
    }
  }

  #limits({ topN = this.#options.topN, minScore = this.#options.minScore }: RerankOptions): ScoreLimits {
    return {
      topN: topN === undefined ? undefined : rerankerOptions.topN.check(topN, "topN", callError),
      minScore:
        minScore === undefined ? undefined : rerankerOptions.minScore.check(minScore, "minScore", callError),
    };
  }

  #emitInput({ blank, isQuerySanitized, sanitized }: RankInput<unknown>): void {
    if (blank.length > 0) this.#emit({ type: "document-skipped", indexes: blank });
    if (isQuerySanitized) this.#emit({ type: "text-sanitized", input: "query", indexes: [0] });
    if (sanitized.length > 0) this.#emit({ type: "text-sanitized", input: "documents", indexes: sanitized });
  }

  async #score(
    input: RankInput<unknown>,
    topN: number | undefined,
    task: string,
    usage: UsageTotal,
    { signal, onProgress }: CallOptions,
  ): Promise<RankedIndex[]> {
    const { controller, unlink } = linkedAbortController(signal);
    const { batchSize } = this.#options;
    const total = input.texts.length;
    let done = 0;
    const onScored = (documents: number): void => onProgress?.({ done: (done += documents), total });
    const shared = { api: this.#api, acceptedSize: this.#acceptedSize, emit: this.#emit, model: this.model };
    const run = new RerankRun({ ...shared, input, batchSize, topN, task, usage, onScored }, controller);
    return run.run().finally(unlink);
  }

  #originalOrder<Item>({ items, indexes }: RankInput<Item>, error: TogetherError): Reranked<Item>[] {
    const { code, status } = error;
    this.#emit({ type: "rerank-fallback", code, status, documents: items.length });
    return items.map((item, position) => ({ item, index: indexes[position] as number, score: undefined }));
  }
}

/** The items of the best scores. */
function best<Item>(
  { items, indexes }: RankInput<Item>,
  scores: readonly RankedIndex[],
  { topN, minScore = Number.NEGATIVE_INFINITY }: ScoreLimits,
): Reranked<Item>[] {
  const accepted = scores.filter(({ score }) => score >= minScore).slice(0, topN);
  return accepted.map(({ index: position, score }) => ({
    item: items[position] as Item,
    index: indexes[position] as number,
    score,
  }));
}

/** Creates the error for a wrong option of a call. */
function callError(problem: string, fix: string): TogetherError {
  return cannot("invalid_option", "rerank documents", problem, fix);
}
