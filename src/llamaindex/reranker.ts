import { extractText, MetadataMode } from "llamaindex";
import type { BaseNodePostprocessor, MessageContent, NodeWithScore } from "llamaindex";
import { Check } from "../core/options/option-reader.js";
import type { RerankerOptions } from "../core/options/options.js";
import { RerankEngine, type Reranked, type RerankOptions } from "../core/rerank/rerank-engine.js";

/** Options of {@link TogetherReranker}: those of the framework-free `Reranker`, and what of a node is ranked. */
export interface TogetherRerankerParams extends RerankerOptions {
  /**
   * Which of a node's metadata is ranked with its text. `"EMBED"` is what the node was found by; `"ALL"` also sends
   * what you excluded from embedding.
   *
   * @defaultValue "EMBED"
   */
  metadataMode?: MetadataMode | `${MetadataMode}` | undefined;
}

const NAME = "TogetherReranker";

/**
 * Together AI's reranking, wherever LlamaIndex takes a node postprocessor.
 *
 * What comes out are new wrappers, with the model's score, around the same nodes. Nothing that went in is changed,
 * because an in-memory index hands out its own nodes.
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
  /** The model that scores. */
  readonly model: string;
  readonly #engine: RerankEngine;
  readonly #metadataMode: MetadataMode;

  /**
   * @param options - Only `model` is required.
   * @throws {@link TogetherError} `invalid_option` or `missing_api_key`.
   */
  constructor(options: TogetherRerankerParams) {
    const { metadataMode, ...rerankerOptions } = options ?? {};
    const check = new Check({ metadataMode }, ["metadataMode"], NAME);
    // LlamaIndex takes an unknown mode for ALL, and would send what was to stay at home.
    this.#metadataMode = check.oneOf("metadataMode", Object.values(MetadataMode)) ?? MetadataMode.EMBED;
    this.#engine = new RerankEngine(rerankerOptions, NAME);
    this.model = this.#engine.model;
  }

  /**
   * The best nodes for a query, best first. The texts of a query of several parts are joined, as LlamaIndex does it.
   *
   * After a failure with `fallback: "original-order"`, the nodes keep the scores that they came with.
   *
   * @throws {@link TogetherError} if there is no query, if the query or a node cannot be sent, or if a request fails
   * for good; the signal's reason if aborted.
   */
  async postprocessNodes(
    nodes: NodeWithScore[],
    query?: MessageContent,
    options?: RerankOptions,
  ): Promise<NodeWithScore[]> {
    const text = Array.isArray(query) ? extractText(query) : query;
    // Bad input is for the core to refuse, so that every framework's users read the same sentence.
    const { ranked } = await this.#engine.rerank(text as string, nodes, (one) => this.#textOf(one), options);
    return ranked.map((one) => withScore(one));
  }

  #textOf({ node }: NodeWithScore): string {
    return node?.getContent(this.#metadataMode);
  }
}

function withScore({ item, score }: Reranked<NodeWithScore>): NodeWithScore {
  return score === undefined ? { ...item } : { ...item, score };
}
