import { MemoryVectorStore } from "@langchain/classic/vectorstores/memory";
import { Document } from "@langchain/core/documents";
import { LangChainTracer } from "@langchain/core/tracers/tracer_langchain";
import { TogetherEmbeddings, TogetherReranker } from "../../../src/langchain/index.js";
import { RerankingRetriever, type RerankingRetrieverParams } from "../../../src/langchain/retriever.js";
import { bench, EMBEDDING, KEY, RERANK, type Bench } from "../../support/emulate.js";
import type { EmulatorOptions } from "../../../src/emulator/index.js";
import type { RerankerOptions } from "../../../src/index.js";

/** A search for passages with its own server. */
export interface Search extends Omit<Bench, "reranker"> {
  readonly retriever: RerankingRetriever;
  readonly reranker: TogetherReranker;
}

/** Creates a search over documents that are named by their scores. It reranks them to the best two. */
export async function search(
  emulated: EmulatorOptions = {},
  options: Partial<RerankingRetrieverParams> = {},
  ranking: Partial<RerankerOptions> = {},
): Promise<Search> {
  const server = bench(emulated);
  const shared = { apiKey: KEY, fetch: server.emulator.fetch };
  const embeddings = new TogetherEmbeddings({ ...shared, model: EMBEDDING });
  const store = new MemoryVectorStore(embeddings);
  const documents = [1, 4, 2, 3].map(
    (score) => new Document({ pageContent: `score ${score}`, id: `d${score}` }),
  );
  await store.addDocuments(documents);
  server.emulator.clear();
  const reranker = new TogetherReranker({ ...shared, model: RERANK, topN: 2, ...ranking });
  const retriever = new RerankingRetriever({ retriever: store.asRetriever(4), reranker, ...options });
  return { ...server, retriever, reranker };
}

/** A run in the form that LangSmith shows. */
export interface SeenRun {
  readonly id: string;
  readonly parent_run_id?: string;
  readonly name: string;
  readonly run_type: string;
  readonly tags?: readonly string[];
  readonly extra?: { readonly metadata?: Readonly<Record<string, unknown>> };
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly error?: string;
  readonly end_time?: number | string;
}

/** Returns LangChain's own tracer with a client that records the runs for LangSmith. */
export function recordingTracer(): {
  tracer: LangChainTracer;
  run: (name: string) => SeenRun;
  runs: () => SeenRun[];
} {
  const seen = new Map<string, SeenRun>();
  const keep = (id: string, part: object): void => void seen.set(id, { ...seen.get(id), ...part } as SeenRun);
  const tracer = new LangChainTracer({
    client: {
      createRun: async (run) => keep(run.id as string, run),
      updateRun: async (id, update) => keep(id, update),
    },
  });
  const runs = (): SeenRun[] => [...seen.values()];
  const run = (name: string): SeenRun => {
    const [only, ...others] = runs().filter((one) => one.name === name);
    if (!only || others.length > 0)
      throw new Error(`there are ${others.length + (only ? 1 : 0)} runs of ${name}`);
    return only;
  };
  return { tracer, run, runs };
}
