/** One interface for the classes before and after a migration, so that one proof fits all of them. */

import { TogetherEmbeddings } from "together-retrieval/langchain";
import { MODEL } from "./world.js";

export interface Model {
  readonly name?: string | undefined;
  embed(texts: string[]): Promise<ArrayLike<number>[]>;
  embedQuery(text: string): Promise<ArrayLike<number>>;
}

/** Creates a model of a class. The default of `model` is {@link MODEL}. */
export type Make = (options?: object) => Model;

/** The common interface of LangChain's embeddings. */
interface LangChain {
  readonly model: string;
  embedDocuments(texts: string[]): Promise<number[][]>;
  embedQuery(text: string): Promise<number[]>;
}

export function langChain(embeddings: LangChain): Model {
  return {
    name: embeddings.model,
    embed: (texts) => embeddings.embedDocuments(texts),
    embedQuery: (text) => embeddings.embedQuery(text),
  };
}

export const forLangChain: Make = (options) =>
  langChain(new TogetherEmbeddings({ model: MODEL, ...options }));
