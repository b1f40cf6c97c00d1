/** The models of the three steps: Together's if `TOGETHER_API_KEY` is set, those of the emulator otherwise. */

import { createTogetherAI } from "@ai-sdk/togetherai";
import type { EmbeddingModel, LanguageModel, RerankingModel } from "ai";
import { createTogether, TogetherError } from "together-retrieval/ai-sdk";
import { createEmulator } from "together-retrieval/emulator";

export interface Models {
  readonly embedding: EmbeddingModel;
  /** Without it, the sources keep the order of the vector search. */
  readonly reranking?: RerankingModel;
  readonly language: LanguageModel;
}

let models: Models | undefined;

/**
 * Returns the same models to every request, because a model keeps its estimates about the server.
 *
 * @throws {TogetherError} if a key is set but no embedding model.
 */
export function getModels(): Models {
  models ??= process.env.TOGETHER_API_KEY ? togetherModels(process.env) : emulatedModels();
  return models;
}

function togetherModels(env: NodeJS.ProcessEnv): Models {
  const apiKey = env.TOGETHER_API_KEY;
  if (!env.TOGETHER_EMBEDDING_MODEL) {
    const fix = 'set TOGETHER_EMBEDDING_MODEL to your dedicated endpoint, "<project>/<endpoint>"';
    throw new TogetherError("invalid_option", `Cannot search: there is no embedding model; ${fix}`);
  }
  const together = createTogether({
    apiKey,
    baseURL: env.TOGETHER_BASE_URL || "https://api-inference.together.ai/v1",
    maxRetries: 2, // The user waits for the page.
  });
  const chat = createTogetherAI({
    apiKey,
    baseURL: env.TOGETHER_CHAT_BASE_URL || "https://api.together.ai/v1",
  });
  return {
    embedding: together.embeddingModel(env.TOGETHER_EMBEDDING_MODEL, {
      // The name of an endpoint does not show which prefix its model expects before a question.
      baseModel: env.TOGETHER_BASE_MODEL || undefined,
    }),
    ...(env.TOGETHER_RERANK_MODEL && { reranking: together.rerankingModel(env.TOGETHER_RERANK_MODEL) }),
    language: chat(env.TOGETHER_CHAT_MODEL || "meta-llama/Llama-3.3-70B-Instruct-Turbo"),
  };
}

function emulatedModels(): Models {
  const connection = { apiKey: "any", baseURL: "http://emulator/v1", fetch: createEmulator().fetch };
  const together = createTogether(connection);
  return {
    embedding: together.embeddingModel("BAAI/bge-large-en-v1.5"),
    reranking: together.rerankingModel("Salesforce/Llama-Rank-V1"),
    language: createTogetherAI(connection)("meta-llama/Llama-3.3-70B-Instruct-Turbo"),
  };
}
