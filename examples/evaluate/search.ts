import { LocalFileStore } from "@langchain/classic/storage/file_system";
import { Embedder, Reranker, type Progress } from "together-retrieval";
import { nearest } from "../kit/nearest.js";
import { withProgress } from "../kit/progress.js";
import type { Service } from "../kit/service.js";
import type { Collection, Item } from "./collection.js";

/** The ids of the documents that were found for one question, best first. */
export interface Found {
  readonly query: Item;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** Searches for every question of a collection, by vector search alone and with reranking. */
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

/** Waits for all promises, and reports each that is done. */
async function counted<Result>(
  promises: readonly Promise<Result>[],
  onProgress: (progress: Progress) => void,
): Promise<Result[]> {
  let done = 0;
  const report = (): void => onProgress({ done: (done += 1), total: promises.length });
  return Promise.all(promises.map((promise) => promise.finally(report)));
}
