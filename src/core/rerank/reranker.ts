import type { RerankerOptions } from "../options/options.js";
import { RerankEngine, type Reranked, type RerankOptions } from "./rerank-engine.js";

/**
 * Reranks items by how well they answer a query, without a framework.
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
  /** The model, as set. */
  readonly model: string;
  readonly #engine: RerankEngine;

  /**
   * @param options - Only `model` is required.
   * @throws {@link TogetherError} `invalid_option` or `missing_api_key`.
   */
  constructor(options: RerankerOptions) {
    this.#engine = new RerankEngine(options, "Reranker");
    this.model = this.#engine.model;
  }

  /**
   * Reranks items, best first. Items with equal scores keep their order. The items are not changed.
   *
   * An empty list sends no request. Blank items are left out, and `onEvent` receives a `document-skipped` event.
   *
   * @param textOf - The text of an item. You can leave it out if the items are strings.
   * @throws {@link TogetherError} `invalid_input` if the query or the text of an item cannot be sent; any other code if
   * a request fails after all retries (see the option `fallback`).
   * @throws the signal's reason if it is aborted.
   */
  rerank<Item extends string>(
    query: string,
    items: readonly Item[],
    textOf?: (item: Item) => string,
    options?: RerankOptions,
  ): Promise<Reranked<Item>[]>;
  rerank<Item>(
    query: string,
    items: readonly Item[],
    textOf: (item: Item) => string,
    options?: RerankOptions,
  ): Promise<Reranked<Item>[]>;
  async rerank<Item>(
    query: string,
    items: readonly Item[],
    textOf: (item: Item) => string = itself,
    options?: RerankOptions,
  ): Promise<Reranked<Item>[]> {
    const { ranked } = await this.#engine.rerank({ query, items, textOf, textOfName: "textOf" }, options);
    return ranked;
  }
}

function itself(item: unknown): string {
  return item as string;
}
