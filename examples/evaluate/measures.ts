/** How good a list of results is, by what is known of them. Each measure is 0 at worst and 1 at best. */

import { mean, quantile, sampleWithReplacement } from "simple-statistics";
import { seededRandom } from "together-retrieval/emulator";

/** What each document is worth for one question; others are worth nothing. */
export type Gains = ReadonlyMap<string, number>;

/** The measures of one list. */
export interface Scores {
  /** Worth of the first ten, by their places, as a share of the best possible (normalized discounted gain). */
  readonly ndcg: number;
  /** Share of the right documents that are among the first k. */
  readonly recall: number;
  /** 1 over the place of the first right document. */
  readonly reciprocalRank: number;
}

const NDCG_DEPTH = 10;

export function scoresOf(found: readonly string[], gains: Gains, recallDepth: number): Scores {
  const place = found.findIndex((id) => gains.has(id)) + 1;
  const right = found.slice(0, recallDepth).filter((id) => gains.has(id)).length;
  const best = [...gains.values()].toSorted((left, other) => other - left);
  return {
    ndcg: discounted(found.map((id) => gains.get(id) ?? 0)) / discounted(best),
    recall: right / gains.size,
    reciprocalRank: place > 0 ? 1 / place : 0,
  };
}

/** The later a document comes, the less of its worth counts (linear gain, as trec_eval has it). */
function discounted(gains: readonly number[]): number {
  return gains.slice(0, NDCG_DEPTH).reduce((sum, gain, at) => sum + gain / Math.log2(at + 2), 0);
}

/** A mean, and where it would lie in 95 of 100 cases with other questions of the same kind. */
export interface Estimate {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 2000;

/** By bootstrap: the same questions drawn again and again, with replacement. The same numbers give the same interval. */
export function estimate(values: readonly number[]): Estimate {
  const random = seededRandom(1);
  const means = Array.from({ length: RESAMPLES }, () =>
    mean(sampleWithReplacement([...values], values.length, random)),
  );
  return { mean: mean([...values]), low: quantile(means, 0.025), high: quantile(means, 0.975) };
}
