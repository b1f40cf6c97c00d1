/** Options of rerankers: the interface that users read, and the table that the code reads. */

import { rerankModel, type RerankModelId } from "../models.js";
import { integer, number, oneOf, type OptionTable } from "./option-types.js";
import { sharedOptions, type SharedOptions } from "./shared-options.js";

/** Options of {@link Reranker} and, in every framework, of `TogetherReranker`. */
export interface RerankerOptions extends SharedOptions {
  /** The model's id, or `"<project>/<endpoint>"` for a dedicated endpoint. There is no default. */
  model: RerankModelId;

  /**
   * Id of the known model that runs behind an endpoint's name. The largest number of documents and the token limit come
   * from it; options that you set win. `model` stays the name that is sent and reported. An id that is not known is an
   * error of code `invalid_option`.
   *
   * @defaultValue `model`
   */
  baseModel?: RerankModelId | undefined;

  /**
   * How many of the best documents to return. Whole number, 1 or more. A call can override it.
   *
   * @defaultValue all
   */
  topN?: number | undefined;

  /**
   * Leaves out documents with a lower score, on the model's own scale. Any finite number: 0 to 1 for Llama-Rank,
   * possibly negative for other models. A call can override it.
   *
   * @defaultValue none
   */
  minScore?: number | undefined;

  /**
   * Documents in one request; a longer list is split, with an event. Whole number, 1 to 10,000. A request also holds at
   * most 500,000 estimated tokens, the query counted with each document, or what the server has accepted. Scores of
   * separate requests may not be comparable. On an endpoint with replicas, a smaller number makes a long list several times
   * faster. It is safe for models that score each document on its own.
   *
   * @defaultValue the model's documented limit, otherwise 1,024
   */
  batchSize?: number | undefined;

  /**
   * What happens when reranking fails: `"none"` throws, `"original-order"` returns the documents unranked, with an
   * event. They then have no scores. Invalid input and an abort always throw.
   *
   * @defaultValue "none"
   */
  fallback?: "none" | "original-order" | undefined;
}

/** Documents in one request, for a model without a documented limit. */
const DEFAULT_RERANK_BATCH_SIZE = 1024;

/** One entry per option, in the order of error messages and of docs/reference/configuration.md. */
export const rerankerOptions = {
  ...sharedOptions("rerank"),
  topN: integer({ min: 1 }),
  minScore: number(),
  batchSize: integer({
    min: 1,
    max: 10_000,
    default: (model) => rerankModel(model)?.maxDocuments ?? DEFAULT_RERANK_BATCH_SIZE,
  }),
  fallback: oneOf(["none", "original-order"], { default: "none" }),
} as const satisfies OptionTable<RerankerOptions>;
