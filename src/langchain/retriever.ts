/**
 * A retriever that reranks the documents of another retriever. Needs only LangChain's core package.
 *
 * It is an entry of its own, because the runnables of LangChain's core add 123 KB gzipped (core 1.2.13, 2026-11).
 *
 * @module
 */

import {
  parseCallbackConfigArg,
  type CallbackManagerForRetrieverRun,
  type Callbacks,
} from "@langchain/core/callbacks/manager";
import type { DocumentInterface } from "@langchain/core/documents";
import {
  BaseRetriever,
  type BaseRetrieverInput,
  type BaseRetrieverInterface,
} from "@langchain/core/retrievers";
import { ensureConfig, type RunnableConfig } from "@langchain/core/runnables";
import { onAbort } from "../core/abort.js";
import { cannot } from "../core/errors/together-error.js";
import { OptionReader } from "../core/options/option-reader.js";
import {
  anything,
  object,
  type Option,
  type OptionError,
  type OptionTable,
} from "../core/options/option-types.js";
import { abortSignal } from "../core/options/read-call-options.js";
import { describeType } from "../core/validate-texts.js";

/** Reranks the candidates: a `TogetherReranker` or another document compressor. */
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

const EXAMPLE = "new RerankingRetriever({ retriever: store.asRetriever(20), reranker })";

/** One entry per option. */
const retrieverOptions = {
  retriever: step<BaseRetrieverInterface>("retriever", "invoke", "store.asRetriever(20)"),
  reranker: step<DocumentCompressor>("reranker", "compressDocuments", "new TogetherReranker({ ... })"),
  callbacks: anything<Callbacks>(),
  tags: anything<string[]>(),
  metadata: anything<Record<string, unknown>>(),
  verbose: anything<boolean>(),
} as const satisfies OptionTable<RerankingRetrieverParams>;

/**
 * Finds candidates with one retriever and returns the best of them, best first, by a reranker.
 *
 * It is a runnable like every retriever: invoke, batch, stream, pipe, `asTool`. Traces show the search and the
 * reranking below its run, tagged `base_retriever` and `base_compressor` as in LangChain's
 * `ContextualCompressionRetriever`. Unlike that class, it ends a call at once when the config's `signal` or `timeout`
 * aborts it, and leaves no request in flight.
 *
 * Use it around a `MultiQueryRetriever`, not inside: documents of several queries have several scores, and LangChain
 * treats those as different documents (`@langchain/classic` 1.0, 2026-11).
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

  /**
   * @param options - The two steps, and LangChain's options for their runs.
   * @throws `TogetherError` `invalid_option`.
   */
  constructor(options: RerankingRetrieverParams) {
    const reader = new OptionReader(options, retrieverOptions, "RerankingRetriever", EXAMPLE);
    const { retriever, reranker, callbacks, tags, metadata, verbose } = reader.readAll();
    super({ callbacks, tags, metadata, verbose } as BaseRetrieverInput);
    this.retriever = retriever;
    this.reranker = reranker;
  }

  /**
   * Returns the best candidates for a query, best first.
   *
   * @throws `TogetherError` `invalid_input` if the query is not a string; `invalid_option` for a wrong signal.
   * @throws errors of the retriever or the reranker.
   * @throws the signal's reason if it is aborted.
   */
  override async invoke(query: string, config?: RunnableConfig): Promise<DocumentInterface[]> {
    if (typeof query !== "string") {
      const problem = `the query is not a string but ${describeType(query)}`;
      throw cannot("invalid_input", TASK, problem, "pass a string");
    }
    checkConfig(config);
    // BaseRetriever does not pass the config on (core 1.2.13, 2026-11), so a view of this object passes the call's
    // signal to `_getRelevantDocuments`. `ensureConfig` turns a timeout into a signal. Some retrievers of LangChain's
    // pass callbacks in place of a config.
    const complete = ensureConfig(parseCallbackConfigArg(config) as RunnableConfig);
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

/** A required object of the user. */
function step<Type extends object>(name: string, method: keyof Type & string, example: string): Option<Type> {
  const { check } = object<Type>("an object", [method]);
  const fix = `pass one, such as \`${example}\``;
  return {
    check: check as Option<Type>["check"],
    default: (_, error) => {
      throw error(`\`${name}\` is missing`, fix);
    },
  };
}

const TASK = "retrieve documents";

/** Creates the error for a wrong option of a call. */
const callError: OptionError = (problem, fix) => cannot("invalid_option", TASK, problem, fix);

/** Checks the fields of a config that core uses; LangChain checks the rest. */
function checkConfig(config: unknown): void {
  if (config === undefined || config === null) return;
  if (typeof config !== "object") {
    throw callError(`the config is ${describeType(config)}`, "pass an object such as `{ signal }`");
  }
  const { signal } = config as RunnableConfig;
  if (signal !== undefined) abortSignal.check(signal, "signal", callError);
}

/** Stops waiting when the signal is aborted: vector stores ignore it. */
function orAborted<Result>(work: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const unlink = onAbort(signal, () => reject(signal.reason));
    Promise.resolve(work).then(resolve, reject).finally(unlink);
  });
}
