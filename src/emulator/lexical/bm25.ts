import type { EmulatedRerankModel } from "../models.js";
import { withoutInstruction } from "./embed.js";
import { tokenize, type Word } from "./tokenize.js";

// BM25's k1 and b. The average length is a constant, so a document's score does not depend on the other documents.
const SATURATION = 1.2;
const LENGTH_SHARE = 0.75;
const AVERAGE_WORDS = 150;
/** Weight of a word with the same root as a query's word. */
const SAME_ROOT = 0.5;
/** Additional weight of two neighbouring words of the query that are neighbours in the document too. */
const PAIR = 0.5;

/** Scores documents by the query's words in them. The score of a document is independent of the other documents. */
export function lexicalScores(
  query: string,
  documents: readonly string[],
  _id: string,
  model: EmulatedRerankModel,
): number[] {
  const parsed = parseQuery(query);
  const scores = documents.map((document) => score(parsed, tokenize(document)));
  return model.scores === "logits" ? scores.map(logit) : scores;
}

interface ParsedQuery {
  /** The words, without duplicates. */
  readonly words: readonly Word[];
  /** The stems and roots of the words. */
  readonly features: ReadonlySet<number>;
  /** The weight of each pair of neighbours, by the pair's key. */
  readonly pairs: ReadonlyMap<string, number>;
  /** The limit that the weighted sum approaches if a document repeats the query. */
  readonly maxSum: number;
}

function parseQuery(query: string): ParsedQuery {
  const all = tokenize(withoutInstruction(query)[1]);
  const words = [...new Map(all.map((word) => [word.stem, word])).values()];
  const pairs = new Map(all.slice(1).map((word, at) => pairOf(all[at] as Word, word)));
  const maxSum = sum(words.map(({ weight }) => weight)) + PAIR * sum([...pairs.values()]);
  return { words, features: new Set(words.flatMap(({ stem, root }) => [stem, root])), pairs, maxSum };
}

function pairOf(one: Word, two: Word): [key: string, weight: number] {
  return [`${one.stem} ${two.stem}`, Math.min(one.weight, two.weight)];
}

/** Returns a score from 0, for no common words, up to, not including, 1. */
function score({ words, features, pairs, maxSum }: ParsedQuery, document: readonly Word[]): number {
  if (maxSum === 0) return 0;
  const penalty = SATURATION * (1 - LENGTH_SHARE + (LENGTH_SHARE * document.length) / AVERAGE_WORDS);
  const counts = countFeatures(document, features);
  const count = (feature: number): number => counts.get(feature) ?? 0;
  const found = words.map(({ stem, root, weight }) => {
    const occurrences = count(stem) + SAME_ROOT * (count(root) - count(stem));
    return (weight * occurrences) / (occurrences + penalty);
  });
  const together = pairsIn(document, features, pairs).map((weight) => (PAIR * weight) / (1 + penalty));
  return (sum(found) + sum(together)) / maxSum;
}

/** Counts the query's stems and roots in a document. */
function countFeatures(document: readonly Word[], features: ReadonlySet<number>): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { stem, root } of document) {
    // A query's stem implies its root, and most words of a document have neither.
    if (!features.has(root)) continue;
    counts.set(root, (counts.get(root) ?? 0) + 1);
    if (features.has(stem)) counts.set(stem, (counts.get(stem) ?? 0) + 1);
  }
  return counts;
}

/** Returns the weights of the query's pairs that occur in the document, each once. */
function pairsIn(
  document: readonly Word[],
  features: ReadonlySet<number>,
  pairs: ParsedQuery["pairs"],
): number[] {
  const keys = new Set<string>();
  for (let at = 1; at < document.length; at++) {
    const [one, two] = [document[at - 1] as Word, document[at] as Word];
    if (features.has(one.stem) && features.has(two.stem)) keys.add(pairOf(one, two)[0]);
  }
  return [...keys].map((key) => pairs.get(key) ?? 0);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function logit(share: number): number {
  const bounded = Math.min(Math.max(share, 1e-4), 1 - 1e-4);
  return Math.log(bounded / (1 - bounded));
}
