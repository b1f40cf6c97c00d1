import type { RelevanceScoreProvider } from "@mastra/core/relevance";
import { Reranker, type RerankerOptions } from "together-retrieval";

/** A candidate that waits for its score. */
interface Candidate {
  readonly text: string;
  readonly resolve: (score: number) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Scores passages for Mastra's `rerankWithScorer` and `createVectorQueryTool`, which ask once per candidate. Candidates
 * of the same query that are asked for in one microtask share a request.
 */
export class TogetherScorer implements RelevanceScoreProvider {
  readonly #reranker: Reranker;
  readonly #waiting = new Map<string, Candidate[]>();

  constructor(options: RerankerOptions) {
    this.#reranker = new Reranker(options);
  }

  getRelevanceScore(query: string, text: string): Promise<number> {
    return new Promise((resolve, reject) => {
      const candidates = this.#waiting.get(query) ?? [];
      if (candidates.push({ text, resolve, reject }) > 1) return;
      this.#waiting.set(query, candidates);
      queueMicrotask(() => void this.#score(query, candidates));
    });
  }

  async #score(query: string, candidates: readonly Candidate[]): Promise<void> {
    this.#waiting.delete(query);
    try {
      const ranked = await this.#reranker.rerank(query, candidates, ({ text }) => text);
      for (const { item, score } of ranked) item.resolve(score ?? 0);
      // Not in the ranking: blank, below `minScore`, or after `topN`.
      for (const { resolve } of candidates) resolve(0);
    } catch (error) {
      for (const { reject } of candidates) reject(error);
    }
  }
}
