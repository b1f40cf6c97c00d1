import type { RelevanceScoreProvider } from "@mastra/core/relevance";
import { Reranker, type RerankerOptions } from "together-retrieval";

/** A candidate whose score is pending. */
interface Candidate {
  readonly text: string;
  readonly resolve: (score: number) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Scores passages for Mastra's `rerankWithScorer` and `createVectorQueryTool`, which call it once per candidate. Calls
 * with the same query in one microtask share a request.
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
      // Candidates that are not in the ranking: blank, below `minScore`, or after `topN`.
      for (const { resolve } of candidates) resolve(0);
    } catch (error) {
      for (const { reject } of candidates) reject(error);
    }
  }
}
