/** Measures of a list of results, by known judgements. Each measure is from 0 (worst) to 1 (best). */

import { mean, quantile, sampleWithReplacement } from "simple-statistics";
import { seededRandom } from "together-retrieval/emulator";

/** The relevance of each document for one question; that of all others is 0. */
export type Gains = ReadonlyMap<string, number>;

/** The measures of one list. */
export interface Scores {
  /** Normalized discounted cumulative gain of the first ten results. */
  readonly ndcg: number;
  /** Share of the relevant documents that are among the first k results. */
  readonly recall: number;
  /** 1 divided by the rank of the first relevant document; 0 if there is none. */
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

/** Returns the discounted cumulative gain: later documents count less (linear gain, as in trec_eval). */
function discounted(gains: readonly number[]): number {
  return gains.slice(0, NDCG_DEPTH).reduce((sum, gain, at) => sum + gain / Math.log2(at + 2), 0);
}

/** A mean and its 95 % confidence interval: its range for other questions of the same kind. */
export interface Estimate {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 2000;

/** Estimates by bootstrap: it resamples the questions with replacement. The same values give the same interval. */
export function estimate(values: readonly number[]): Estimate {
  const random = seededRandom(1);
  const means = Array.from({ length: RESAMPLES }, () =>
    mean(sampleWithReplacement([...values], values.length, random)),
  );
  return { mean: mean([...values]), low: quantile(means, 0.025), high: quantile(means, 0.975) };
}
