import { Embedder, Reranker } from "together-retrieval";
import { createEmulator } from "together-retrieval/emulator";

/** A text and what was found out about it. */
export interface Passage {
  readonly text: string;
  readonly place: number;
  readonly score: number;
}

export interface Found {
  readonly candidates: readonly Passage[];
  readonly ranked: readonly Passage[];
  /** How alike each two are, the question first. */
  readonly likeness: readonly (readonly number[])[];
}

const shared = { apiKey: "none-is-needed", fetch: createEmulator().fetch };
const embedder = new Embedder({ ...shared, model: "BAAI/bge-large-en-v1.5", normalize: true });
const reranker = new Reranker({ ...shared, model: "Salesforce/Llama-Rank-V1" });

/** What a retrieval does: vectors, the nearest, and a reranker that reads each of them with the question. */
export async function search(question: string, texts: readonly string[]): Promise<Found> {
  const [{ vector }, { vectors }] = await Promise.all([embedder.embedQuery(question), embedder.embed(texts)]);
  const all = [vector, ...vectors];
  const likeness = all.map((one) => all.map((other) => dot(one, other)));
  const candidates = texts
    .map((text, place) => ({ text, place, score: likeness[0]?.[place + 1] ?? 0 }))
    .toSorted((one, other) => other.score - one.score);
  const ranked = await reranker.rerank(question, candidates, ({ text }) => text);
  return { candidates, ranked: ranked.map(({ item, score }) => ({ ...item, score: score ?? 0 })), likeness };
}

function dot(one: ArrayLike<number>, other: ArrayLike<number>): number {
  let sum = 0;
  for (let place = 0; place < one.length; place++) sum += (one[place] ?? 0) * (other[place] ?? 0);
  return sum;
}
