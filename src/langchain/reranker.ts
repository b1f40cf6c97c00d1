import type { Callbacks } from "@langchain/core/callbacks/manager";
import type { DocumentInterface } from "@langchain/core/documents";
import { BaseDocumentCompressor } from "@langchain/core/retrievers/document_compressors";
import { splitOptions } from "../core/options/option-reader.js";
import { func, type OptionTable } from "../core/options/option-types.js";
import type { RerankerOptions } from "../core/options/options.js";
import { rerankerOptions } from "../core/options/reranker-options.js";
import { RerankEngine, type Reranked, type RerankOptions } from "../core/rerank/rerank-engine.js";
import { traced } from "./trace.js";

/** Options of {@link TogetherReranker}: those of `Reranker`, and the part of a document that is ranked. */
export interface TogetherRerankerParams extends RerankerOptions {
  /**
   * Returns the text that a document is ranked by, such as its title and its content. Synchronous.
   *
   * @defaultValue `pageContent`
   */
  documentText?: ((document: DocumentInterface) => string) | undefined;
}

type DocumentText = NonNullable<TogetherRerankerParams["documentText"]>;

const NAME = "TogetherReranker";

/** The options that only LangChain has. */
const ownOptions = {
  documentText: func<DocumentText, DocumentText>((document) => document?.pageContent),
} as const satisfies OptionTable<Omit<TogetherRerankerParams, keyof RerankerOptions>>;

/** The input of {@link TogetherReranker.rerank}: strings, documents, or objects with a `pageContent`. */
export type RerankInput = string | DocumentInterface | { readonly pageContent: string };

/** A document of the list that was passed, and its score. */
export interface RerankedDocument {
  /** Its index in that list, from 0. */
  readonly index: number;
  /** On the model's own scale; `undefined` only after a failure with `fallback: "original-order"`. */
  readonly relevanceScore: number | undefined;
}

/**
 * Together AI's reranking as a document compressor of LangChain.
 *
 * Returns new documents with `metadata.relevanceScore`, their ids and their prototypes. Does not change the documents
 * that you pass, because a memory store returns its own.
 *
 * @example
 * ```ts
 * import { TogetherReranker } from "together-retrieval/langchain";
 *
 * const reranker = new TogetherReranker({ model: "Salesforce/Llama-Rank-V1", topN: 1 });
 * const [best] = await reranker.rerank(["Mending nets", "The life of bees"], "How do bees live?");
 * console.log(best?.index); // 1
 * ```
 */
export class TogetherReranker extends BaseDocumentCompressor {
  /** The model, as set. */
  readonly model: string;
  readonly #engine: RerankEngine;
  readonly #documentText: DocumentText;

  /**
   * @param options - Only `model` is required.
   * @throws {@link TogetherError} `invalid_option` or `missing_api_key`.
   */
  constructor(options: TogetherRerankerParams) {
    super();
    const { own, core } = splitOptions(options, ownOptions, rerankerOptions, NAME);
    this.#documentText = own.documentText;
    this.#engine = new RerankEngine(core, NAME);
    this.model = this.#engine.model;
  }

  /**
   * Returns the best documents for a query, best first, as new documents.
   *
   * @param callbacks - LangChain's callbacks. Tracing shows the reranking as a run below the retriever's run.
   * @throws {@link TogetherError} `invalid_input` if the query or a document cannot be sent; any other code if a request
   * fails after all retries (see the option `fallback`).
   * @throws the signal's reason if it is aborted.
   */
  override compressDocuments<Doc extends DocumentInterface>(
    documents: Doc[],
    query: string,
    callbacks?: Callbacks,
    options?: RerankOptions,
  ): Promise<Doc[]> {
    return traced(callbacks, this.model, query, documents, async () => {
      const given = { query, items: documents, textOf: this.#documentText, textOfName: "documentText" };
      const { ranked, usage } = await this.#engine.rerank(given, options);
      return { ranked, usage, result: ranked.map((one) => withScore(one)) };
    });
  }

  /**
   * Returns the index and the score of each document, best first.
   *
   * @throws as {@link TogetherReranker.compressDocuments} does.
   */
  async rerank(
    documents: readonly RerankInput[],
    query: string,
    options?: RerankOptions,
  ): Promise<RerankedDocument[]> {
    const textOf = (document: RerankInput): string => this.#textOf(document);
    const given = { query, items: documents, textOf, textOfName: "documentText" };
    const { ranked } = await this.#engine.rerank(given, options);
    return ranked.map(({ index, score }) => ({ index, relevanceScore: score }));
  }

  #textOf(document: RerankInput): string {
    if (typeof document === "string") return document;
    const whole = typeof document === "object" && document !== null && "metadata" in document;
    return whole ? this.#documentText(document) : document?.pageContent;
  }
}

/**
 * Copies a document and adds the score. Keeps the prototype without importing LangChain's `Document` (77 KB). Own keys
 * are defined, not assigned: `__proto__` of a parsed document is a key like any other.
 */
function withScore<Doc extends DocumentInterface>({ item, score }: Reranked<Doc>): Doc {
  const metadata = score === undefined ? { ...item.metadata } : { ...item.metadata, relevanceScore: score };
  const own = Object.getOwnPropertyDescriptors({ ...item, metadata });
  return Object.create(Object.getPrototypeOf(item) as object, own) as Doc;
}
