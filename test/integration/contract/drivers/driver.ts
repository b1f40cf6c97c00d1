import type { EmbedderOptions, RerankerOptions } from "../../../../src/index.js";

/** A passage, whatever a framework calls it. */
export interface Passage {
  readonly id: string;
  readonly text: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A passage that came back, with what it scored. */
export interface RankedPassage extends Passage {
  readonly score: number | undefined;
}

/** Options of a single call, where the framework lets them through. */
export interface Call {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface EmbeddingsUnderTest {
  documents(texts: readonly string[], call?: Call): Promise<ArrayLike<number>[]>;
  query(text: string, call?: Call): Promise<ArrayLike<number>>;
}

export interface RerankerUnderTest {
  /** Ranks items of the framework's own; what comes back is of the same kind. */
  rerank(query: string, items: readonly object[], call?: Pick<Call, "signal">): Promise<object[]>;
}

/**
 * What a framework cannot express, whatever its adapter does.
 *
 * - `onProgress`: it reports no progress of a call.
 * - `fallback`: it wants a score for each document that it returns.
 * - `copy`: it reads the list after the call has returned its promise.
 */
export type Lacking = "onProgress" | "fallback" | "copy";

/** All that the specification has to know of a framework. A further framework is one more of these. */
export interface Driver {
  readonly framework: string;
  /** A regular expression for what its users create, as in "Cannot create ...". */
  readonly made: string;
  /** The promises of which the framework can express nothing; no other test makes an exception for it. */
  readonly lacks: readonly Lacking[];
  embeddings(options: EmbedderOptions): EmbeddingsUnderTest;
  reranker(options: RerankerOptions): RerankerUnderTest;
  /** A passage as the framework has it. */
  wrap(passage: Passage): object;
  /** What the framework's user can read of an item that came back. */
  unwrap(item: object): RankedPassage;
}
