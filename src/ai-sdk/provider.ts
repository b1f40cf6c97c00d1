import type { EmbeddingModelV3, RerankingModelV3 } from "@ai-sdk/provider";
import type { EmbeddingModelId, RerankModelId } from "../core/models.js";
import { OptionReader } from "../core/options/option-reader.js";
import type { SharedOptions } from "../core/options/options.js";
import { sharedOptions } from "../core/options/shared-options.js";
import { createEmbeddingModel, type EmbeddingModelOptions } from "./embedding-model.js";
import { NoSuchModelError } from "./no-such-model.js";
import { createRerankingModel, type RerankingModelOptions } from "./reranking-model.js";

/** Options of all models of a provider. A model's own options win. */
export type TogetherProviderOptions = SharedOptions;

/** A provider for the AI SDK, also for `createProviderRegistry` and `customProvider`. */
export interface TogetherProvider {
  readonly specificationVersion: "v3";
  /**
   * Returns an embedding model for `embed` and `embedMany`.
   *
   * @param modelId - The model's id, or `"<project>/<endpoint>"` for a dedicated endpoint.
   * @throws {@link TogetherError} `invalid_option` or `missing_api_key`.
   */
  embeddingModel(modelId: EmbeddingModelId, options?: EmbeddingModelOptions): EmbeddingModelV3;
  /**
   * Returns a reranking model for `rerank`.
   *
   * @throws as {@link TogetherProvider.embeddingModel} does.
   */
  rerankingModel(modelId: RerankModelId, options?: RerankingModelOptions): RerankingModelV3;
  /** @throws `NoSuchModelError`: this provider has no language models. */
  languageModel(modelId: string): never;
  /** @throws `NoSuchModelError`: this provider has no image models. */
  imageModel(modelId: string): never;
}

/** The options of a provider: all shared options except `model`. */
const { model: _, baseModel: __, ...providerOptions } = sharedOptions("embedding");

/**
 * Creates a provider of Together's embedding and reranking models.
 *
 * @param options - Shared by all models; a model's own options win. The environment is read when a model is created.
 * @throws {@link TogetherError} `invalid_option`.
 *
 * @example
 * ```ts
 * import { embedMany } from "ai";
 * import { createTogether } from "together-retrieval/ai-sdk";
 *
 * const together = createTogether({ timeout: 30_000 });
 * const model = together.embeddingModel("BAAI/bge-large-en-v1.5");
 * const { embeddings } = await embedMany({ model, values: ["Plants turn light into sugar.", "Rust never sleeps."] });
 * console.log(embeddings.length); // 2
 * ```
 */
export function createTogether(options: TogetherProviderOptions = {}): TogetherProvider {
  const shared = readShared(options);
  return {
    specificationVersion: "v3",
    embeddingModel: modelsOf(shared, createEmbeddingModel),
    rerankingModel: modelsOf(shared, createRerankingModel),
    languageModel: (model) => {
      throw new NoSuchModelError(model, "languageModel");
    },
    imageModel: (model) => {
      throw new NoSuchModelError(model, "imageModel");
    },
  };
}

/**
 * A provider without options: it reads `TOGETHER_API_KEY` and `TOGETHER_BASE_URL` when its first model is created.
 */
export const together: TogetherProvider = createTogether();

/** Checks the options now, so that an error names this function instead of the first model. */
function readShared(options: TogetherProviderOptions): TogetherProviderOptions {
  const example = "createTogether({ apiKey, baseURL })";
  const reader = new OptionReader(options, providerOptions, "createTogether", example, "create a provider");
  const names = Object.keys(providerOptions) as (keyof typeof providerOptions)[];
  return Object.fromEntries(
    names.filter((name) => reader.has(name)).map((name) => [name, reader.read(name)]),
  );
}

/** The arguments of a model's class. */
type Create<Own, Model> = (options: TogetherProviderOptions & Own & { model: string }) => Model;

/**
 * Returns a function that creates models. A model without own options is created once per id: users request it in each
 * call, and it keeps its estimated limits.
 */
function modelsOf<Own extends object, Model>(
  shared: TogetherProviderOptions,
  create: Create<Own, Model>,
): (model: string, own?: Own) => Model {
  const created = new Map<string, Model>();
  return (model, own) => {
    const found = own ? undefined : created.get(model);
    if (found) return found;
    const result = create({ ...shared, ...given(own), model });
    if (!own) created.set(model, result);
    return result;
  };
}

/** A model's options win over the provider's, except for those that are undefined. */
function given<Own extends object>(own = {} as Own): Own {
  return Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined)) as Own;
}
