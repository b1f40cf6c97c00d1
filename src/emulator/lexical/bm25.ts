import { withoutInstruction } from "./embed.js";
import type { EmulatedRerankModel } from "../models.js";
import { tokenize, type Word } from "./tokenize.js";

// The two constants of BM25, with a fixed average length: a score belongs to its document, whatever else is in the list.
const SATURATION = 1.2;
const LENGTH_SHARE = 0.75;
const AVERAGE_WORDS = 150;
// A relative of a query's word counts less than the word; two neighbours found together count extra.
const RELATIVE = 0.5;
const NEIGHBOURS = 0.5;

/** Scores documents by the query's words they hold, each document by itself. */
export function lexicalScores(
  query: string,
  documents: readonly string[],
  _id: string,
  model: EmulatedRerankModel,
): number[] {
  const question = parseQuery(query);
  const scores = documents.map((document) => scoreOf(question, tokenize(document)));
  return model.scores === "logits" ? scores.map(logit) : scores;
}

interface ParsedQuery {
  /** Each word once. */
  readonly words: readonly Word[];
  readonly known: ReadonlySet<number>;
  /** By the name of two neighbours: how much they say. */
  readonly pairs: ReadonlyMap<string, number>;
  /** What a document of nothing but the question, again and again, would come near to. */
  readonly most: number;
}

function parseQuery(query: string): ParsedQuery {
  const all = tokenize(withoutInstruction(query)[1]);
  const words = [...new Map(all.map((word) => [word.stem, word])).values()];
  const pairs = new Map(all.slice(1).map((word, at) => pairOf(all[at] as Word, word)));
  const most = sum(words.map(({ weight }) => weight)) + NEIGHBOURS * sum([...pairs.values()]);
  return { words, known: new Set(words.flatMap(({ stem, root }) => [stem, root])), pairs, most };
}

function pairOf(one: Word, two: Word): [name: string, weight: number] {
  return [`${one.stem} ${two.stem}`, Math.min(one.weight, two.weight)];
}

/** From 0 for nothing in common up to, not including, 1. */
function scoreOf({ words, known, pairs, most }: ParsedQuery, document: readonly Word[]): number {
  if (most === 0) return 0;
  const penalty = SATURATION * (1 - LENGTH_SHARE + (LENGTH_SHARE * document.length) / AVERAGE_WORDS);
  const counts = countsOf(document, known);
  const count = (feature: number): number => counts.get(feature) ?? 0;
  const found = words.map(({ stem, root, weight }) => {
    const occurrences = count(stem) + RELATIVE * (count(root) - count(stem));
    return (weight * occurrences) / (occurrences + penalty);
  });
  const together = pairsIn(document, known, pairs).map((weight) => (NEIGHBOURS * weight) / (1 + penalty));
  return (sum(found) + sum(together)) / most;
}

/** How often the question's words, and their relatives, occur. */
function countsOf(document: readonly Word[], known: ReadonlySet<number>): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { stem, root } of document) {
    // A stem always comes with its root; most words of a document come with neither.
    if (!known.has(root)) continue;
    counts.set(root, (counts.get(root) ?? 0) + 1);
    if (known.has(stem)) counts.set(stem, (counts.get(stem) ?? 0) + 1);
  }
  return counts;
}

/** The weights of the question's pairs of neighbours that the document holds, each once. */
function pairsIn(
  document: readonly Word[],
  known: ReadonlySet<number>,
  pairs: ParsedQuery["pairs"],
): number[] {
  const names = new Set<string>();
  for (let at = 1; at < document.length; at++) {
    const [one, two] = [document[at - 1] as Word, document[at] as Word];
    if (known.has(one.stem) && known.has(two.stem)) names.add(pairOf(one, two)[0]);
  }
  return [...names].map((name) => pairs.get(name) ?? 0);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function logit(share: number): number {
  const bounded = Math.min(Math.max(share, 1e-4), 1 - 1e-4);
  return Math.log(bounded / (1 - bounded));
}
