import { markdownTable } from "markdown-table";
import type { Collection } from "./collection.js";
import { estimate, scoresOf, type Estimate, type Scores } from "./measures.js";
import type { Found } from "./search.js";

/** The scores of one question, without and with reranking. */
export interface Outcome {
  readonly query: string;
  readonly text: string;
  readonly before: Scores;
  readonly after: Scores;
}

export function outcomesOf(
  found: readonly Found[],
  { judgements }: Collection,
  recallDepth: number,
): Outcome[] {
  return found.map(({ query, before, after }) => {
    const gains = judgements.get(query.id) ?? new Map<string, number>();
    const score = (ids: readonly string[]): Scores => scoresOf(ids, gains, recallDepth);
    return { query: query.id, text: query.text, before: score(before), after: score(after) };
  });
}

/** Returns a table of the measures without and with reranking, and whether the difference is significant. */
export function summary(outcomes: readonly Outcome[], recallDepth: number): string {
  const rows = (["ndcg", "recall", "reciprocalRank"] as const).map((measure) => {
    const before = outcomes.map((outcome) => outcome.before[measure]);
    const after = outcomes.map((outcome) => outcome.after[measure]);
    const gain = after.map((value, at) => value - (before[at] as number));
    return [before, after, gain].map(estimate);
  });
  const names = ["nDCG@10", `recall@${recallDepth}`, "MRR"];
  const table = rows.map((row, at) => [names[at] as string, ...row.map(written)]);
  const head = ["", "without reranking", "with reranking", "difference"];
  return `${markdownTable([head, ...table])}\n\n${verdict(rows[0]?.[2] as Estimate)}`;
}

function verdict({ mean, low, high }: Estimate): string {
  const gain = `${signed(mean)} nDCG@10, 95 % interval ${signed(low)} to ${signed(high)}`;
  if (low > 0) return `Reranking improves the results: ${gain}.`;
  return high < 0
    ? `Reranking makes the results worse: ${gain}.`
    : `Reranking makes no significant difference: ${gain}.`;
}

/** Returns a table of the questions that reranking changed most, in both directions. */
export function extremes(outcomes: readonly Outcome[], amount: number): string {
  const changed = outcomes.toSorted((left, right) => gainOf(right) - gainOf(left));
  const rows = [...changed.slice(0, amount), ...changed.slice(-amount)].map((outcome) => [
    outcome.query,
    outcome.before.ndcg.toFixed(3),
    outcome.after.ndcg.toFixed(3),
    outcome.text.slice(0, 70),
  ]);
  return markdownTable([["question", "without", "with", "text"], ...rows]);
}

function gainOf({ before, after }: Outcome): number {
  return after.ndcg - before.ndcg;
}

function written({ mean, low, high }: Estimate): string {
  return `${mean.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;
}

function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`;
}
