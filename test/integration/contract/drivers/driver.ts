import type { EmbedderOptions, RerankerOptions } from "../../../../src/index.js";

/** A passage: a document, node or string of a framework. */
export interface Passage {
  readonly id: string;
  readonly text: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A returned passage, with its score. */
export interface RankedPassage extends Passage {
  readonly score: number | undefined;
}

/** Options of a single call, if the framework accepts them. */
export interface Call {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface EmbeddingsUnderTest {
  documents(texts: readonly string[], call?: Call): Promise<ArrayLike<number>[]>;
  query(text: string, call?: Call): Promise<ArrayLike<number>>;
}

export interface RerankerUnderTest {
  /** Ranks items of the framework, and returns items of the same kind. */
  rerank(query: string, items: readonly object[], call?: Pick<Call, "signal">): Promise<object[]>;
}

/**
 * Features that a framework does not support.
 *
 * - `onProgress`: it reports no progress of a call.
 * - `fallback`: it requires a score per returned document.
 * - `copy`: it reads the list after the call has returned its promise.
 */
export type Lacking = "onProgress" | "fallback" | "copy";

/** The framework-specific part of the contract tests. Each framework has one. */
export interface Driver {
  readonly framework: string;
  /** A regular expression for the created class, as in "Cannot create ...". */
  readonly made: string;
  /** The unsupported features. No other test makes an exception for the framework. */
  readonly lacks: readonly Lacking[];
  embeddings(options: EmbedderOptions): EmbeddingsUnderTest;
  reranker(options: RerankerOptions): RerankerUnderTest;
  /** A passage in the framework's form. */
  wrap(passage: Passage): object;
  /** The readable fields of a returned item. */
  unwrap(item: object): RankedPassage;
}
