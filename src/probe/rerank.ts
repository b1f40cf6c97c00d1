import { member, refusal, type Endpoint, type Reply } from "./probe-client.js";
import { inWords, mostAccepted } from "./max-batch.js";
import { cutOrNot, noteRefusable, noteUsage, type Note } from "./observations.js";
import { DOCUMENTS, longTexts, manyTexts, QUERY } from "./texts.js";

/** What the recommendation needs to know. */
export interface RerankFacts {
  /** Whether scores of separate requests can be merged. */
  readonly comparable: boolean;
  readonly mostDocuments: number;
  readonly zeroToOne: boolean;
}

interface Score {
  readonly index: number;
  readonly score: number;
}

/** Asks an endpoint for scores in every way that Together does not document. */
export async function probeRerank(
  endpoint: Endpoint,
  model: string,
  limit: number,
  note: Note,
): Promise<RerankFacts> {
  const rank = (documents: readonly string[], extra: object = {}): Promise<Reply> =>
    endpoint.ask("/rerank", { model, query: QUERY, documents, return_documents: false, ...extra });
  const whole = await rank(DOCUMENTS);
  const scores = scoresOf(whole) ?? [];
  const zeroToOne = noteScores(whole, scores, note);
  noteTopN(await rank(DOCUMENTS, { top_n: 2 }), scores, note);
  const comparable = noteSplit(await rank(DOCUMENTS.slice(2)), scores, note);
  noteRefusable("blankDocument", await rank([" ", DOCUMENTS[0]]), note);
  const long = cutOrNot(await rank(longTexts(limit)), limit, byIndex, same);
  note("longDocument", long.observed, long.verdict !== "read");
  const most = await mostAccepted(
    (count) => rank(manyTexts(count)),
    (reply) => scoresOf(reply)?.length,
  );
  note("mostDocuments", inWords(most), most.accepted >= 1024);
  return { comparable, mostDocuments: most.accepted, zeroToOne };
}

function noteScores(reply: Reply, scores: readonly Score[], note: Note): boolean {
  if (scores.length === 0) {
    note("scoreRange", refusal(reply), false);
    return false;
  }
  const values = scores.map(({ score }) => score);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const sorted = values.every((value, place) => place === 0 || value <= (values[place - 1] as number));
  note("rerankOrder", sorted ? "best first" : "not by score", sorted);
  note("scoreRange", `seen from ${least.toPrecision(3)} to ${most.toPrecision(3)}`, true);
  noteUsage("rerankUsage", reply, note);
  return least >= 0 && most <= 1;
}

function noteTopN(reply: Reply, whole: readonly Score[], note: Note): void {
  const best = scoresOf(reply);
  if (!best) return note("topN", refusal(reply), false);
  const equal = best.every(({ index, score }) => same(score, scoreAt(whole, index)));
  note(
    "topN",
    `${best.length} of 2 asked for${equal ? "" : ", scored otherwise"}`,
    best.length === 2 && equal,
  );
}

/** The last two documents alone: scored as beside the others, or not. */
function noteSplit(reply: Reply, whole: readonly Score[], note: Note): boolean {
  const alone = scoresOf(reply);
  if (!alone) {
    note("comparable", refusal(reply), undefined);
    return false;
  }
  const comparable = alone.every(({ index, score }) => same(score, scoreAt(whole, index + 2)));
  note("comparable", comparable ? "comparable: the same as in one list" : "not comparable", true);
  return comparable;
}

function scoresOf({ status, body }: Reply): Score[] | undefined {
  const results = member(body, "results");
  if (status !== 200 || !Array.isArray(results)) return undefined;
  return results.map((result: unknown) => ({
    index: Number(member(result, "index")),
    score: Number(member(result, "relevance_score")),
  }));
}

function byIndex(reply: Reply): number[] | undefined {
  const scores = scoresOf(reply);
  return scores && [0, 1].map((index) => scoreAt(scores, index) ?? Number.NaN);
}

function scoreAt(scores: readonly Score[], index: number): number | undefined {
  return scores.find((score) => score.index === index)?.score;
}

/** But for what arithmetic in batches of another size changes. */
function same(one: number | undefined, other: number | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  return Math.abs(one - other) <= 0.001 * Math.max(1, Math.abs(one));
}
