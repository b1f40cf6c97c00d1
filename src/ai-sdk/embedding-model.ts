import type { EmbeddingModelV3, EmbeddingModelV3CallOptions, SharedV3Warning } from "@ai-sdk/provider";
import { EmbedEngine } from "../core/embed/embed-engine.js";
import { toNumbers } from "../core/embed/vectors.js";
import { embedderOptions } from "../core/options/embedder-options.js";
import { splitOptions } from "../core/options/option-reader.js";
import { oneOf, type OptionTable } from "../core/options/option-types.js";
import type { EmbedderOptions } from "../core/options/options.js";
import { embedTask } from "../core/validate-texts.js";
import { readProviderOptions } from "./call-options.js";

/**
 * The kind of a text. A `"query"` gets the model's query prefix and is sent before waiting documents. A `"document"` is
 * searched by queries.
 */
export type InputType = "query" | "document";

/** Options of an embedding model: those of `Embedder`, and the kind of its texts. */
export interface EmbeddingModelOptions extends Omit<EmbedderOptions, "model"> {
  /**
   * The kind of the texts. A call's `providerOptions: { together: { inputType } }` wins.
   *
   * @defaultValue "document"
   */
  inputType?: InputType | undefined;
}

/** The options that only the AI SDK has. */
const ownOptions = {
  inputType: oneOf(["query", "document"], { default: "document" }),
} as const satisfies OptionTable<Pick<EmbeddingModelOptions, "inputType">>;

/** The options of a call. The default of each is the model's option. */
const providerOptions = { inputType: oneOf(["query", "document"]) } as const;

const NAME = "an embedding model";

/**
 * Creates an embedding model of specification "v3", which ai 6 and ai 7 accept. It is an object with closures: ai 7
 * wraps models in a proxy, which cannot read private fields of a class (tried with 7.0.173, 2026-11).
 */
export function createEmbeddingModel(options: EmbeddingModelOptions & { model: string }): EmbeddingModelV3 {
  const { own, core } = splitOptions<typeof ownOptions, typeof options>(
    options,
    ownOptions,
    embedderOptions,
    NAME,
  );
  const engine = new EmbedEngine(core, NAME);
  return {
    specificationVersion: "v3",
    provider: "together.embedding",
    modelId: engine.model,
    // With a finite number, `embedMany` would split the list, and each part would end with a small batch.
    maxEmbeddingsPerCall: Number.POSITIVE_INFINITY,
    supportsParallelCalls: true,
    async doEmbed(call) {
      const { values, abortSignal, headers } = call;
      const task = embedTask(values, engine.model);
      const { inputType = own.inputType } = readProviderOptions(call.providerOptions, providerOptions, task);
      const priority = inputType === "query" ? "high" : "normal";
      const { vectors, usage } = await engine.embed(
        toNumbers,
        values,
        { signal: abortSignal },
        { priority, headers },
      );
      return { embeddings: vectors, usage: { tokens: usage.totalTokens }, warnings: warningsFor(call) };
    },
  };
}

/** ai 7 passes `dimensions` to a model of this specification too (7.0.173, 2026-11). */
function warningsFor(call: EmbeddingModelV3CallOptions & { dimensions?: unknown }): SharedV3Warning[] {
  if (call.dimensions === undefined) return [];
  return [{ type: "unsupported", feature: "dimensions", details: "Together returns whole vectors" }];
}
