import type { RerankingModelV3 } from "@ai-sdk/provider";
import { number } from "../core/options/option-types.js";
import { splitOptions } from "../core/options/option-reader.js";
import type { RerankerOptions } from "../core/options/options.js";
import { rerankerOptions } from "../core/options/reranker-options.js";
import { RerankEngine } from "../core/rerank/rerank-engine.js";
import { rerankTask } from "../core/validate-texts.js";
import { readProviderOptions } from "./call-options.js";

/** Options of a reranking model: those of `Reranker` without `fallback`, because the AI SDK needs all scores. */
export type RerankingModelOptions = Omit<RerankerOptions, "model" | "fallback">;

const { fallback: _, ...modelOptions } = rerankerOptions;

/** The options of a call. */
const providerOptions = { minScore: number() } as const;

const NAME = "a reranking model";

/** Creates a reranking model of specification "v3", which ai 6 and ai 7 accept. */
export function createRerankingModel(options: RerankingModelOptions & { model: string }): RerankingModelV3 {
  const { core } = splitOptions(options, {}, modelOptions, NAME);
  const engine = new RerankEngine(core, NAME);
  return {
    specificationVersion: "v3",
    provider: "together.reranking",
    modelId: engine.model,
    async doRerank({ documents, query, topN, abortSignal, headers, ...call }) {
      const items: readonly unknown[] = documents.values;
      const task = rerankTask(items, engine.model);
      const { minScore } = readProviderOptions(call.providerOptions, providerOptions, task);
      const textOf = documents.type === "text" ? String : JSON.stringify;
      const { ranked } = await engine.rerank(
        { query, items, textOf, textOfName: "documents" },
        { topN, minScore, signal: abortSignal },
        headers,
      );
      return { ranking: ranked.map(({ index, score }) => ({ index, relevanceScore: score as number })) };
    },
  };
}
