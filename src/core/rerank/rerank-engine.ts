/** Reranks items for {@link Reranker} and for the adapters, with the usage of each call. */

import type { CallOptions } from "../call-options.js";
import { cannot, isTogetherError, type TogetherError } from "../errors/together-error.js";
import { emitter, type Emit, type TokenUsage } from "../events.js";
import type { RerankerOptions } from "../options/options.js";
import { rerankerOptions } from "../options/reranker-options.js";
import { resolveReranker, type ResolvedReranker } from "../options/resolve-options.js";
import { Api } from "../request/api.js";
import { AcceptedSize } from "../request/batch.js";
import { UsageTotal } from "../usage.js";
import { rerankTask } from "../validate-texts.js";
import { readRankInput } from "./rank-input.js";
import { runRerank } from "./rerank-run.js";

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

/** The position of an item, and its score. */
type Score = Pick<Reranked<unknown>, "index" | "score">;

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
    const { signal, onProgress } = options;
    const { batchSize, fallback, model } = this.#options;
    signal?.throwIfAborted();
    const { topN, minScore = Number.NEGATIVE_INFINITY } = this.#limits(options);
    const task = rerankTask(items, model);
    const input = readRankInput(task, query, items, textOf, this.#emit);
    const usage = new UsageTotal();
    let scores: readonly Score[];
    try {
      const run = { api: this.#api, acceptedSize: this.#acceptedSize, emit: this.#emit, model, batchSize };
      const all = await runRerank({ ...run, input, topN, task, usage, signal, onProgress });
      scores = all.filter(({ score }) => score >= minScore);
    } catch (error) {
      // The reason of an abort can itself be a TogetherError: that of another call of the user's.
      const isFallback = fallback === "original-order" && !signal?.aborted;
      if (!isFallback || !isTogetherError(error)) throw error;
      const { code, status } = error;
      this.#emit({ type: "rerank-fallback", code, status, documents: input.items.length });
      scores = input.items.map((_, index) => ({ index, score: undefined }));
    }
    const ranked = scores.slice(0, topN).map(({ index, score }) => ({
      item: input.items[index] as Item,
      index: input.indexes[index] as number,
      score,
    }));
    return { ranked, usage: usage.usage() };
  }

  /** The limits of a call: as passed, otherwise those of the object. */
  #limits(options: RerankOptions): ScoreLimits {
    const limit = (name: keyof ScoreLimits): number | undefined =>
      options[name] === undefined
        ? this.#options[name]
        : rerankerOptions[name].check(options[name], name, callError);
    return { topN: limit("topN"), minScore: limit("minScore") };
  }
}

/** Creates the error for a wrong option of a call. */
function callError(problem: string, fix: string): TogetherError {
  return cannot("invalid_option", "rerank documents", problem, fix);
}
