import { extractText, MetadataMode } from "llamaindex";
import type { BaseNodePostprocessor, MessageContent, NodeWithScore } from "llamaindex";
import { splitOptions } from "../core/options/option-reader.js";
import { oneOf, type OptionTable } from "../core/options/option-types.js";
import type { RerankerOptions } from "../core/options/options.js";
import { rerankerOptions } from "../core/options/reranker-options.js";
import { RerankEngine, type Reranked, type RerankOptions } from "../core/rerank/rerank-engine.js";

/** Options of {@link TogetherReranker}: those of `Reranker`, and the part of a node that is ranked. */
export interface TogetherRerankerParams extends RerankerOptions {
  /**
   * Which metadata of a node is ranked with its text. `"EMBED"` is the metadata that was embedded; `"ALL"` also sends
   * the metadata that you excluded from embedding.
   *
   * @defaultValue "EMBED"
   */
  metadataMode?: MetadataMode | `${MetadataMode}` | undefined;
}

const NAME = "TogetherReranker";

/** The options that only LlamaIndex has. LlamaIndex would treat an unknown mode as ALL, and send excluded metadata. */
const ownOptions = {
  metadataMode: oneOf<MetadataMode | `${MetadataMode}`, MetadataMode>(Object.values(MetadataMode), {
    default: MetadataMode.EMBED,
  }),
} as const satisfies OptionTable<Omit<TogetherRerankerParams, keyof RerankerOptions>>;

/**
 * Together AI's reranking as a node postprocessor of LlamaIndex.
 *
 * Returns new wrappers, with the model's score, around the same nodes. Does not change what you pass, because an
 * in-memory index returns its own nodes.
 *
 * @example
 * ```ts
 * import { Document, MetadataMode } from "llamaindex";
 * import { TogetherReranker } from "together-retrieval/llamaindex";
 *
 * const reranker = new TogetherReranker({ model: "Salesforce/Llama-Rank-V1", topN: 1 });
 * const nodes = ["Mending nets", "The life of bees"].map((text) => ({ node: new Document({ text }) }));
 * const [best] = await reranker.postprocessNodes(nodes, "How do bees live?");
 * console.log(best?.node.getContent(MetadataMode.NONE)); // The life of bees
 * ```
 */
export class TogetherReranker implements BaseNodePostprocessor {
  /** The model, as set. */
  readonly model: string;
  readonly #engine: RerankEngine;
  readonly #metadataMode: MetadataMode;

  /**
   * @param options - Only `model` is required.
   * @throws {@link TogetherError} `invalid_option` or `missing_api_key`.
   */
  constructor(options: TogetherRerankerParams) {
    const { own, core } = splitOptions(options, ownOptions, rerankerOptions, NAME);
    this.#metadataMode = own.metadataMode as MetadataMode;
    this.#engine = new RerankEngine(core, NAME);
    this.model = this.#engine.model;
  }

  /**
   * Returns the best nodes for a query, best first. Joins the texts of a query of several parts as LlamaIndex does.
   *
   * After a failure with `fallback: "original-order"`, the nodes keep their earlier scores.
   *
   * @throws {@link TogetherError} `invalid_input` if there is no query, or if the query or a node cannot be sent; any
   * other code if a request fails after all retries.
   * @throws the signal's reason if it is aborted.
   */
  async postprocessNodes(
    nodes: NodeWithScore[],
    query?: MessageContent,
    options?: RerankOptions,
  ): Promise<NodeWithScore[]> {
    // Core rejects invalid input, so that all frameworks have the same error message.
    const text = (isParts(query) ? extractText(query) : query) as string;
    const textOf = (one: NodeWithScore): string => this.#textOf(one);
    const given = { query: text, items: nodes, textOf, textOfName: "getContent" };
    const { ranked } = await this.#engine.rerank(given, options);
    return ranked.map((one) => withScore(one));
  }

  #textOf(one: NodeWithScore): string {
    return one?.node?.getContent?.(this.#metadataMode);
  }
}

function isParts(query: MessageContent | undefined): query is Exclude<MessageContent, string> {
  return Array.isArray(query) && query.every((part) => typeof part === "object" && part !== null);
}

function withScore({ item, score }: Reranked<NodeWithScore>): NodeWithScore {
  return score === undefined ? { ...item } : { ...item, score };
}
