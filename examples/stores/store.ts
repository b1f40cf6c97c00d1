import type { StoredPassage } from "../support/passages.js";

/** A found passage. */
export interface Found {
  readonly text: string;
  /** The reranker's score; `undefined` before reranking. */
  readonly score?: number | undefined;
}

/** The operations of every store in these examples. */
export interface PassageStore {
  /** Adds passages, and replaces those with the same ids. */
  put(passages: readonly StoredPassage[]): Promise<void>;
  remove(ids: readonly string[]): Promise<void>;
  /** Returns the passages nearest to a question. */
  search(question: string, most: number): Promise<Found[]>;
  /** Returns the best 5 of the nearest 20 passages after reranking. */
  ask(question: string): Promise<Found[]>;
  count(): Promise<number>;
  close(): Promise<void>;
}

/** The folder and the database for a store. */
export interface Place {
  /** The store's own folder. */
  readonly folder: string;
  readonly databaseURL: string;
}
