/**
 * A retriever that reranks what another retriever finds. Needs only LangChain's core package.
 *
 * It is an entry of its own, because the runnables of LangChain's core add 123 KB gzipped (core 1.2.13, 2026-11).
 *
 * @module
 */

import type { CallbackManagerForRetrieverRun, Callbacks } from "@langchain/core/callbacks/manager";
import type { DocumentInterface } from "@langchain/core/documents";
import {
  BaseRetriever,
  type BaseRetrieverInput,
  type BaseRetrieverInterface,
} from "@langchain/core/retrievers";
import { ensureConfig, type RunnableConfig } from "@langchain/core/runnables";
import { onAbort } from "../core/abort.js";

/** What reranks the candidates: a `TogetherReranker` or another document compressor. */
export interface DocumentCompressor {
  /**
   * Returns the best documents for a query, best first.
   *
   * @param options - `signal` aborts the reranking. The retriever does not wait for a compressor that ignores it.
   */
  compressDocuments(
    documents: DocumentInterface[],
    query: string,
    callbacks?: Callbacks,
    options?: { signal?: AbortSignal | undefined },
  ): Promise<DocumentInterface[]>;
}

/** Options of {@link RerankingRetriever}. LangChain adds `callbacks`, `tags` and `metadata` to the runs of every call. */
export interface RerankingRetrieverParams extends BaseRetrieverInput {
  /** Finds the candidates, such as a vector store's `asRetriever(20)`. */
  retriever: BaseRetrieverInterface;
  /** Reranks the candidates; its `topN` is the number of results. */
  reranker: DocumentCompressor;
}

/**
 * Finds candidates with one retriever and returns the best of them, best first, by a reranker.
 *
 * It is a runnable like every retriever: invoke, batch, stream, pipe, `asTool`. Traces show the search and the
 * reranking below its run, tagged `base_retriever` and `base_compressor` as in LangChain's
 * `ContextualCompressionRetriever`. Unlike that class, it ends a call at once when the config's `signal` or `timeout`
 * aborts it, and leaves no request in flight.
 *
 * @example
 * ```ts
 * import { MemoryVectorStore } from "@langchain/classic/vectorstores/memory";
 * import { TogetherEmbeddings, TogetherReranker } from "together-retrieval/langchain";
 * import { RerankingRetriever } from "together-retrieval/langchain/retriever";
 *
 * const embeddings = new TogetherEmbeddings({ model: "BAAI/bge-large-en-v1.5" });
 * const store = await MemoryVectorStore.fromTexts(["Mending nets", "The life of bees"], {}, embeddings);
 * const retriever = new RerankingRetriever({
 *   retriever: store.asRetriever(20),
 *   reranker: new TogetherReranker({ model: "Salesforce/Llama-Rank-V1", topN: 1 }),
 * });
 * const [best] = await retriever.invoke("How do bees live?", { signal: AbortSignal.timeout(60_000) });
 * console.log(best?.pageContent); // The life of bees
 * ```
 */
export class RerankingRetriever extends BaseRetriever {
  /** Returns the name of its runs in traces. */
  static override lc_name(): string {
    return "RerankingRetriever";
  }

  /** The namespace of its serialized form. */
  override lc_namespace = ["together-retrieval", "langchain", "retriever"];
  /** Finds the candidates. */
  readonly retriever: BaseRetrieverInterface;
  /** Reranks the candidates. */
  readonly reranker: DocumentCompressor;
  /** Set during a call, by {@link RerankingRetriever.invoke}. */
  private readonly signal?: AbortSignal;

  /** @param options - The two steps, and LangChain's options for their runs. */
  constructor({ retriever, reranker, ...options }: RerankingRetrieverParams) {
    super(options);
    this.retriever = retriever;
    this.reranker = reranker;
  }

  /**
   * Returns the best candidates for a query, best first.
   *
   * @throws what the retriever or the reranker throws.
   * @throws the signal's reason if it is aborted.
   */
  override invoke(query: string, config?: RunnableConfig): Promise<DocumentInterface[]> {
    // BaseRetriever does not pass the config on (core 1.2.13, 2026-11), so a view of this object carries the call's
    // signal to `_getRelevantDocuments`. `ensureConfig` turns a timeout into a signal.
    const complete = ensureConfig(config);
    const call = Object.create(this, { signal: { value: complete.signal } }) as this;
    return super.invoke.call(call, query, complete);
  }

  /**
   * Runs both steps. LangChain calls it inside the run that `invoke` opens; call `invoke` instead.
   *
   * @throws as {@link RerankingRetriever.invoke} does.
   */
  override async _getRelevantDocuments(
    query: string,
    run?: CallbackManagerForRetrieverRun,
  ): Promise<DocumentInterface[]> {
    const { signal } = this;
    signal?.throwIfAborted();
    const config = { ...(run && { callbacks: run.getChild("base_retriever") }), ...(signal && { signal }) };
    const candidates = await orAborted(this.retriever.invoke(query, config), signal);
    const callbacks = run?.getChild("base_compressor");
    return orAborted(this.reranker.compressDocuments(candidates, query, callbacks, { signal }), signal);
  }
}

/** Stops waiting when the signal is aborted: vector stores ignore it. */
function orAborted<Result>(work: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const unlink = onAbort(signal, () => reject(signal.reason));
    work.then(resolve, reject).finally(unlink);
  });
}
