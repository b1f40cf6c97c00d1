/** The classes that users come from and go to, behind one face, so that one proof fits all of them. */

import { TogetherEmbeddings } from "together-retrieval/langchain";
import { MODEL } from "./world.js";

export interface Model {
  readonly name?: string | undefined;
  embed(texts: string[]): Promise<ArrayLike<number>[]>;
  embedQuery(text: string): Promise<ArrayLike<number>>;
}

/** Makes a model of a class; `model` is set unless the options say otherwise. */
export type Make = (options?: object) => Model;

/** What LangChain's embeddings have in common. */
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
