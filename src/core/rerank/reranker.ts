/** A query and items into the best of them: each item's score checked, ties in the order they came. */

import { UsageTotal } from "../usage.js";
import type { CallOptions } from "../call-options.js";
import { cannot, isTogetherError, type TogetherError } from "../errors/together-error.js";
import { emitter, type Emit, type TokenUsage } from "../events.js";
import type { RerankerOptions } from "../options/options.js";
import { readRankList, type RankList } from "./rank-input.js";
import { resolveReranker, type ResolvedReranker } from "../options/resolve-options.js";
import { rankTask, Scorer } from "./rerank-run.js";
import { kindOf } from "../validate-texts.js";

/** Options of a single ranking. */
export interface RerankOptions extends CallOptions {
  /**
   * How many of the best to return, for this call. Whole number, 1 or more.
   *
   * @defaultValue that of the object
   */
  topN?: number | undefined;
  /**
   * Leaves out what scores less, for this call. Any finite number, on the model's own scale.
   *
   * @defaultValue that of the object
   */
  minScore?: number | undefined;
}

/** An item and what it scored. */
export interface Reranked<Item> {
  /** The very one that was given. */
  readonly item: Item;
  /** Its index in the list that was ranked. */
  readonly index: number;
  /** The model's own scale; `undefined` only where `fallback: "original-order"` let an unranked list through. */
  readonly score: number | undefined;
}

/** @internal A ranking with what it cost, for adapters that trace it. */
export interface Ranking<Item> {
  readonly ranked: Reranked<Item>[];
  readonly usage: TokenUsage;
}

/**
 * Ranks items by how well they answer a query, free of any framework.
 *
 * @example
 * ```ts
 * import { Reranker } from "together-retrieval";
 *
 * const reranker = new Reranker({ model: "Salesforce/Llama-Rank-V1", topN: 1 });
 * const books = [{ title: "Mending nets" }, { title: "The life of bees" }];
 * const [best] = await reranker.rerank("How do bees live?", books, (book) => book.title);
 * console.log(best?.item.title); // The life of bees
 * ```
 */
export class Reranker {
  /** The model that scores. */
  readonly model: string;
  readonly #options: ResolvedReranker;
  readonly #emit: Emit;
  readonly #scorer: Scorer;

  /**
   * @param options - Only `model` is required.
   * @throws {@link TogetherError} `invalid_option` or `missing_api_key`.
   */
  constructor(options: RerankerOptions, name = "Reranker") {
    this.#options = resolveReranker(options, name);
    this.model = this.#options.model;
    this.#emit = emitter(this.#options.onEvent, { operation: "rerank", model: this.model });
    this.#scorer = new Scorer(this.#options, this.#emit);
  }

  /**
   * Ranks items, best first. The items themselves are never touched.
   *
   * An empty list makes no request. A blank item cannot be ranked: it is left out, and `onEvent` hears of it.
   *
   * @param textOf - What of an item is ranked.
   * @throws {@link TogetherError} if the query or an item's text cannot be sent, or if a request fails for good (but
   * see `fallback`).
   * @throws the signal's reason if it is aborted.
   */
  async rerank<Item>(
    query: string,
    items: readonly Item[],
    textOf: (item: Item) => string,
    options: RerankOptions = {},
  ): Promise<Reranked<Item>[]> {
    return (await this.rerankDetailed(query, items, textOf, options)).ranked;
  }

  /** @internal What {@link Reranker.rerank} does, with what it cost. */
  async rerankDetailed<Item>(
    query: string,
    items: readonly Item[],
    textOf: (item: Item) => string,
    options: RerankOptions = {},
  ): Promise<Ranking<Item>> {
    options.signal?.throwIfAborted();
    const limits = this.#limits(options);
    const task = rankTask(Array.isArray(items) ? items.length : 0, this.model);
    const list = readRankList(task, query, items, textOf);
    if (list.blank.length > 0) this.#emit({ type: "document-skipped", indexes: list.blank });
    if (list.repaired.length > 0)
      this.#emit({ type: "text-sanitized", input: "documents", indexes: list.repaired });
    const bill = new UsageTotal();
    try {
      const scored = await this.#scorer.score({ list, topN: limits.topN, bill }, options);
      const ranked = scored
        .filter(({ score }) => limits.minScore === undefined || score >= limits.minScore)
        .slice(0, limits.topN)
        .map(({ index, score }) => ({
          item: list.items[index] as Item,
          index: list.indexes[index] as number,
          score,
        }));
      return { ranked, usage: bill.usage() };
    } catch (error) {
      // An abort's reason may well be an error of ours: that of a sibling that failed.
      const goesOn = this.#options.fallback === "original-order" && !options.signal?.aborted;
      if (!goesOn || !isTogetherError(error)) throw error;
      return { ranked: this.#unranked(list, error).slice(0, limits.topN), usage: bill.usage() };
    }
  }

  #limits({ topN, minScore }: RerankOptions): { topN: number | undefined; minScore: number | undefined } {
    if (topN !== undefined && (!Number.isInteger(topN) || topN < 1)) {
      throw wrongLimit("topN", topN, "a whole number, 1 or more");
    }
    if (minScore !== undefined && !Number.isFinite(minScore)) {
      throw wrongLimit("minScore", minScore, "a finite number");
    }
    return { topN: topN ?? this.#options.topN, minScore: minScore ?? this.#options.minScore };
  }

  #unranked<Item>(list: RankList<Item>, error: TogetherError): Reranked<Item>[] {
    const documents = list.items.length;
    this.#emit({ type: "rerank-fallback", code: error.code, status: error.status, documents });
    return list.items.map((item, place) => ({
      item,
      index: list.indexes[place] as number,
      score: undefined,
    }));
  }
}

function wrongLimit(name: string, value: unknown, wanted: string): TogetherError {
  // As with the options of the constructor, only numbers are quoted.
  const found = typeof value === "number" ? String(value) : kindOf(value);
  return cannot("invalid_option", "rank documents", `\`${name}\` is ${found}`, `it must be ${wanted}`);
}
