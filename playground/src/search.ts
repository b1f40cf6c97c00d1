import { Embedder, Reranker } from "together-retrieval";
import { createEmulator } from "together-retrieval/emulator";

/** A text with its index in the list, and its similarity or rerank score. */
export interface Passage {
  readonly text: string;
  readonly index: number;
  readonly score: number;
}

export interface Found {
  readonly candidates: readonly Passage[];
  readonly ranked: readonly Passage[];
  /** Cosine similarity of each pair, the question first. */
  readonly similarities: readonly (readonly number[])[];
}

export const EMBEDDING_MODEL = "BAAI/bge-large-en-v1.5";
export const RERANK_MODEL = "Salesforce/Llama-Rank-V1";

/**
 * Lowest rerank score of a passage that answers the question, for the emulator's lexical model. The questions of the
 * collections score above 0.3 if a text answers them, and below 0.1 if none does.
 */
export const MIN_SCORE = 0.2;

const shared = { apiKey: "any", fetch: createEmulator().fetch };
const embedder = new Embedder({ ...shared, model: EMBEDDING_MODEL, normalize: true });
const reranker = new Reranker({ ...shared, model: RERANK_MODEL });

/** Embeds the question and the texts, sorts the texts by similarity, and reranks them. */
export async function search(question: string, texts: readonly string[]): Promise<Found> {
  const [{ vector }, { vectors }] = await Promise.all([embedder.embedQuery(question), embedder.embed(texts)]);
  const all = [vector, ...vectors];
  const similarities = all.map((one) => all.map((other) => dot(one, other)));
  const candidates = texts
    .map((text, index) => ({ text, index, score: similarities[0]?.[index + 1] ?? 0 }))
    .toSorted((one, other) => other.score - one.score);
  // Without `minScore`, because the page also shows the passages below it.
  const ranked = await reranker.rerank(question, candidates, ({ text }) => text);
  return {
    candidates,
    ranked: ranked.map(({ item, score }) => ({ ...item, score: score ?? 0 })),
    similarities,
  };
}

function dot(one: ArrayLike<number>, other: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < one.length; at++) sum += (one[at] ?? 0) * (other[at] ?? 0);
  return sum;
}
