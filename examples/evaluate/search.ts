import { LocalFileStore } from "@langchain/classic/storage/file_system";
import { Embedder, Reranker, type Progress } from "together-retrieval";
import { nearest } from "../kit/nearest.js";
import { withProgress } from "../kit/progress.js";
import type { Service } from "../kit/service.js";
import type { Collection, Item } from "./collection.js";

/** The ids of what was found for one question, best first. */
export interface Found {
  readonly query: Item;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** Answers every question of a collection: by vector search alone, and with its candidates reranked. */
export async function searchAll(
  { documents, queries }: Collection,
  service: Service,
  candidates: number,
): Promise<Found[]> {
  const cache = await LocalFileStore.fromPath(".cache/evaluate");
  const embedder = new Embedder({ ...service.embedding, cache });
  const reranker = new Reranker(service.rerank);
  const texts = documents.map(({ text }) => text);
  const { vectors } = await withProgress("Embedding", (onProgress) => embedder.embed(texts, { onProgress }));

  const search = async (query: Item): Promise<Found> => {
    const { vector } = await embedder.embedQuery(query.text);
    const near = nearest(vector, vectors, candidates).map(({ index }) => documents[index] as Item);
    const ranked = await reranker.rerank(query.text, near, ({ text }) => text);
    return { query, before: near.map(({ id }) => id), after: ranked.map(({ item }) => item.id) };
  };
  return withProgress("Searching", (onProgress) => counted(queries.map(search), onProgress));
}

/** Waits for all of a list of works, and tells as they are done. */
async function counted<Result>(
  works: readonly Promise<Result>[],
  onProgress: (progress: Progress) => void,
): Promise<Result[]> {
  let done = 0;
  const tell = (): void => onProgress({ done: (done += 1), total: works.length });
  return Promise.all(works.map((work) => work.finally(tell)));
}
