/** Reranks items for {@link Reranker} and for the adapters, with the usage of each call. */

import type { CallHeaders, CallOptions } from "../call-options.js";
import { cannot, isTogetherError } from "../errors/together-error.js";
import { emitter, type Emit, type TokenUsage } from "../events.js";
import { rerankModel } from "../models.js";
import type { RerankerOptions } from "../options/options.js";
import { callOptions, readCallOptions } from "../options/read-call-options.js";
import { rerankerOptions } from "../options/reranker-options.js";
import type { OptionTable } from "../options/option-types.js";
import { resolveReranker, type ResolvedReranker } from "../options/resolve-options.js";
import { Api } from "../request/api.js";
import { AcceptedSize } from "../request/batch.js";
import { UsageTotal } from "../usage.js";
import { describeType, rerankTask } from "../validate-texts.js";
import { readRankInput, type GivenRankInput } from "./rank-input.js";
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

/** One entry per option of a call. */
const rerankCallOptions = {
  ...callOptions,
  topN: rerankerOptions.topN,
  minScore: rerankerOptions.minScore,
} as const satisfies OptionTable<RerankOptions>;

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
    given: GivenRankInput<Item>,
    options?: RerankOptions,
    headers?: CallHeaders,
  ): Promise<Ranking<Item>> {
    const { batchSize, fallback, model, baseModel = model } = this.#options;
    const task = rerankTask(given.items, model);
    const { signal, onProgress, ...limits } = readCallOptions(options, rerankCallOptions, task);
    const { topN = this.#options.topN, minScore = this.#options.minScore ?? Number.NEGATIVE_INFINITY } =
      limits;
    signal?.throwIfAborted();
    checkTextOf(given, task);
    const input = readRankInput(task, given, this.#emit);
    const usage = new UsageTotal();
    let scores: readonly Score[];
    try {
      const run = { api: this.#api, acceptedSize: this.#acceptedSize, emit: this.#emit, model, batchSize };
      const maxInputTokens = rerankModel(baseModel)?.maxInputTokens;
      const call = { input, headers, topN, task, usage, signal, onProgress };
      const all = await runRerank({ ...run, ...call, maxInputTokens });
      scores = all.filter(({ score }) => score >= minScore);
    } catch (error) {
      // The reason of an abort can itself be a TogetherError of another call.
      const isFallback = fallback === "original-order" && !signal?.aborted;
      if (!isFallback || !isTogetherError(error) || error.code === "invalid_option") throw error;
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
}

function checkTextOf<Item>({ textOf, textOfName }: GivenRankInput<Item>, task: string): void {
  if (typeof textOf === "function") return;
  const problem = `\`${textOfName}\` is ${describeType(textOf)}`;
  const fix = "pass a function, or undefined for strings; the call's options come after it";
  throw cannot("invalid_option", task, problem, fix);
}
