/**
 * A retriever that reranks what another one finds, on nothing but LangChain's core.
 *
 * An entry of its own, because core's runnables weigh 123 KB gzipped (core 1.2.13, 2026-11).
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

/** What ranks the candidates: a `TogetherReranker`, or any other document compressor. */
export interface DocumentCompressor {
  /**
   * The best documents for a query, best first.
   *
   * @param options - `signal` ends the ranking; a compressor that knows no such argument is left behind instead.
   */
  compressDocuments(
    documents: DocumentInterface[],
    query: string,
    callbacks?: Callbacks,
    options?: { signal?: AbortSignal | undefined },
  ): Promise<DocumentInterface[]>;
}

/** Options of {@link RerankingRetriever}. `callbacks`, `tags` and `metadata` go to the runs of every call. */
export interface RerankingRetrieverParams extends BaseRetrieverInput {
  /** Finds the candidates: a vector store's `asRetriever(20)`, say. Many for the reranker to choose from are best. */
  retriever: BaseRetrieverInterface;
  /** Chooses among them; its `topN` says how many are left. */
  reranker: DocumentCompressor;
}

/**
 * Finds candidates with one retriever and leaves the best of them, best first, by a reranker.
 *
 * It is a runnable like every retriever: invoke, batch, stream, pipe, a tool by `asTool`. Traces show the search and
 * the ranking under its run, tagged `base_retriever` and `base_compressor` as in LangChain's
 * `ContextualCompressionRetriever`. Unlike there, the config's `signal` and `timeout` end a call at once, whatever it
 * waits for, and no request is left behind at Together.
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
  /** The name of its runs in traces. */
  static override lc_name(): string {
    return "RerankingRetriever";
  }

  /** What LangChain calls it when it is serialized. */
  override lc_namespace = ["together-retrieval", "langchain", "retriever"];
  /** Finds the candidates. */
  readonly retriever: BaseRetrieverInterface;
  /** Chooses among them. */
  readonly reranker: DocumentCompressor;
  /** Only during a call, see {@link RerankingRetriever.invoke}. */
  private readonly signal?: AbortSignal;

  /** @param options - The two steps, and what every run of theirs is told by. */
  constructor({ retriever, reranker, ...options }: RerankingRetrieverParams) {
    super(options);
    this.retriever = retriever;
    this.reranker = reranker;
  }

  /**
   * The best candidates for a query, best first.
   *
   * @throws whatever the retriever or the reranker throws; the signal's reason if aborted.
   */
  override invoke(query: string, config?: RunnableConfig): Promise<DocumentInterface[]> {
    // BaseRetriever keeps the config to itself (core 1.2.13, 2026-11): a view of this object brings the call's signal
    // to `_getRelevantDocuments`. A timeout becomes a signal here.
    const complete = ensureConfig(config);
    const call = Object.create(this, { signal: { value: complete.signal } }) as this;
    return super.invoke.call(call, query, complete);
  }

  /** @internal Called by LangChain, inside the run that `invoke` opens. */
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

/** Does not wait for work that a signal has called off: vector stores do not listen to theirs. */
function orAborted<Result>(work: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const unlink = onAbort(signal, () => reject(signal.reason));
    work.then(resolve, reject).finally(unlink);
  });
}
