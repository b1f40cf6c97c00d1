import { describe, findMaxBatch, verdictOf } from "./max-batch.js";
import {
  checkTruncation,
  observeAcceptance,
  observeUsage,
  unlessFailed,
  type Observe,
} from "./observations.js";
import { describeRejection, property, type ProbeClient } from "./probe-client.js";
import type { RawResponse } from "./raw-request.js";
import { DOCUMENTS, longTexts, manyTexts, QUERY } from "./texts.js";

/** The facts for the recommended options. */
export interface RerankFacts {
  /** Whether scores of separate requests are comparable. */
  readonly comparable: boolean;
  readonly maxDocuments: number;
  /** Whether all scores are from 0 to 1. */
  readonly zeroToOne: boolean;
}

interface IndexedScore {
  readonly index: number;
  readonly score: number;
}

/** Checks all behaviour of reranking that Together does not document. */
export async function probeRerank(
  client: ProbeClient,
  model: string,
  limit: number,
  observe: Observe,
): Promise<RerankFacts> {
  const rerank = (documents: readonly string[], extra: object = {}): Promise<RawResponse> =>
    client.send("/rerank", { model, query: QUERY, documents, return_documents: false, ...extra });
  const complete = await rerank(DOCUMENTS);
  const scores = readScores(complete) ?? [];
  const zeroToOne = observeScores(complete, scores, observe);
  observeTopN(await rerank(DOCUMENTS, { top_n: 2 }), scores, observe);
  const comparable = observeSplit(await rerank(DOCUMENTS.slice(2)), scores, observe);
  observeAcceptance("blankDocument", await rerank([" ", DOCUMENTS[0]]), observe);
  const long = checkTruncation(await rerank(longTexts(limit)), limit, readTwoScores, equalScores);
  observe("longDocument", long.observed, long.expected);
  const maxBatch = await findMaxBatch(
    (count) => rerank(manyTexts(count)),
    (response) => readScores(response)?.length,
  );
  observe("maxDocuments", describe(maxBatch), verdictOf(maxBatch, 1024));
  return { comparable, maxDocuments: maxBatch.accepted, zeroToOne };
}

function observeScores(response: RawResponse, scores: readonly IndexedScore[], observe: Observe): boolean {
  if (scores.length === 0) {
    observe("scoreRange", describeRejection(response), unlessFailed(response, false));
    return false;
  }
  const values = scores.map(({ score }) => score);
  const [min, max] = [Math.min(...values), Math.max(...values)];
  const sorted = values.every((value, index) => index === 0 || value <= (values[index - 1] as number));
  observe("rerankOrder", sorted ? "best first" : "not by score", sorted);
  observe("scoreRange", `${min.toPrecision(3)} to ${max.toPrecision(3)}`, true);
  observeUsage("rerankUsage", response, observe);
  return min >= 0 && max <= 1;
}

function observeTopN(response: RawResponse, complete: readonly IndexedScore[], observe: Observe): void {
  const best = readScores(response);
  if (!best) return observe("topN", describeRejection(response), unlessFailed(response, false));
  const equal = best.every(({ index, score }) => equalScores(score, scoreAt(complete, index)));
  const observed = `${best.length} of 2 requested${equal ? "" : ", with other scores"}`;
  observe("topN", observed, best.length === 2 && equal);
}

/** Compares the scores of the last two documents in a request of their own with their scores in the complete list. */
function observeSplit(response: RawResponse, complete: readonly IndexedScore[], observe: Observe): boolean {
  const alone = readScores(response);
  if (!alone) {
    observe("comparable", describeRejection(response), unlessFailed(response, undefined));
    return false;
  }
  const comparable = alone.every(({ index, score }) => equalScores(score, scoreAt(complete, index + 2)));
  observe("comparable", comparable ? "comparable: the same as in one list" : "not comparable", true);
  return comparable;
}

function readScores({ status, body }: RawResponse): IndexedScore[] | undefined {
  const results = property(body, "results");
  if (status !== 200 || !Array.isArray(results)) return undefined;
  return results.map((result: unknown) => ({
    index: Number(property(result, "index")),
    score: Number(property(result, "relevance_score")),
  }));
}

function readTwoScores(response: RawResponse): number[] | undefined {
  const scores = readScores(response);
  return scores && [0, 1].map((index) => scoreAt(scores, index) ?? Number.NaN);
}

function scoreAt(scores: readonly IndexedScore[], index: number): number | undefined {
  return scores.find((score) => score.index === index)?.score;
}

/** Determines whether two scores are equal, except for rounding in batches of another size. */
function equalScores(a: number | undefined, b: number | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  return Math.abs(a - b) <= 0.001 * Math.max(1, Math.abs(a));
}
