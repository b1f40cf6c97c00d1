/** Embeds all passages once. Finds the best ones for a question: vector search, then reranking. */

import { cosineSimilarity, embed, embedMany, rerank } from "ai";
import type { Models } from "./models";
import { readPassages, type Passage } from "./passages";

const CANDIDATES = 20;
const SOURCES = 5;

/** A passage with its rank (from 1) and score in the vector search, and its score after reranking. */
export interface Source extends Passage {
  readonly place: number;
  readonly similarity: number;
  readonly relevance?: number;
}

let entries: Promise<{ passage: Passage; vector: number[] }[]> | undefined;

export async function search(question: string, models: Models, abortSignal: AbortSignal): Promise<Source[]> {
  entries ??= embedPassages(models);
  entries.catch(() => (entries = undefined)); // The next question retries.
  const model = models.embedding;
  const providerOptions = { together: { inputType: "query" } };
  const { embedding } = await embed({ model, value: question, providerOptions, abortSignal });
  const candidates = (await entries)
    .map(({ passage, vector }) => ({ ...passage, similarity: cosineSimilarity(embedding, vector) }))
    .toSorted((left, right) => right.similarity - left.similarity)
    .slice(0, CANDIDATES)
    .map((candidate, at) => ({ ...candidate, place: at + 1 }));
  if (!models.reranking) return candidates.slice(0, SOURCES);
  const { ranking } = await rerank({
    model: models.reranking,
    query: question,
    documents: candidates.map(textOf),
    topN: SOURCES,
    abortSignal,
  });
  return ranking.map(({ originalIndex, score }) => ({ ...candidates[originalIndex]!, relevance: score }));
}

async function embedPassages({ embedding: model }: Models) {
  const passages = await readPassages();
  const { embeddings } = await embedMany({ model, values: passages.map(textOf) });
  return passages.map((passage, at) => ({ passage, vector: embeddings[at]! }));
}

/** Returns the headings and the text. The headings are embedded and reranked, too, because they name the topic. */
function textOf({ headings, text }: Passage): string {
  return `${headings.join(" > ")}\n\n${text}`;
}
