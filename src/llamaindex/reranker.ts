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

/** The options that only LlamaIndex has. It would treat an unknown mode as ALL, and send excluded metadata. */
const ownOptions = {
  metadataMode: oneOf<MetadataMode | `${MetadataMode}`, MetadataMode>(Object.values(MetadataMode), {
    default: MetadataMode.EMBED,
  }),
} as const satisfies OptionTable<Omit<TogetherRerankerParams, keyof RerankerOptions>>;

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
    const { own, core } = splitOptions(options ?? {}, ownOptions, rerankerOptions, NAME);
    this.#metadataMode = own.metadataMode as MetadataMode;
    this.#engine = new RerankEngine(core, NAME);
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
