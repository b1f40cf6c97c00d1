import type { StoredPassage } from "../support/passages.js";

/** A passage that was found. */
export interface Found {
  readonly text: string;
  /** The reranker's; `undefined` before reranking. */
  readonly score?: number | undefined;
}

/** What every example does with its store, whatever the store calls it. */
export interface PassageStore {
  /** Adds passages. Those whose ids are there already take the places of the old ones. */
  put(passages: readonly StoredPassage[]): Promise<void>;
  remove(ids: readonly string[]): Promise<void>;
  /** The passages nearest to a question. */
  search(question: string, most: number): Promise<Found[]>;
  /** The best 5 of the nearest 20, as the reranker sees them. */
  ask(question: string): Promise<Found[]>;
  count(): Promise<number>;
  close(): Promise<void>;
}

/** Where a store may keep its things. */
export interface Place {
  /** A folder of its own. */
  readonly folder: string;
  readonly databaseURL: string;
}
