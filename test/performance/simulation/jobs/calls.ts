/** Makes the four kinds of calls of a random job, and checks their results. */

import { indexed, wrongProgress, wrongVector, type Progress } from "./checks.js";
import type { CallPlan } from "./plan.js";
import { sourceOf, type Source } from "./sources.js";
import { asSent, scoreOf } from "./texts.js";
import type { SharedObject, World } from "./world.js";

/** A call in flight. */
export interface Call {
  readonly plan: CallPlan;
  readonly world: World;
  readonly object: SharedObject;
  readonly signal: AbortSignal;
  readonly giveUp: () => void;
  /** Called by every `onProgress`; it may throw. */
  readonly onProgress: (progress: Progress) => void;
  readonly progress: Progress[];
  /** The problems found so far. */
  readonly problems: string[];
}

/** Makes the call, and settles as it does. */
export async function runCall(call: Call): Promise<void> {
  const { kind } = call.plan;
  if (kind === "embed") return embed(call);
  if (kind === "embedStream") return embedStream(call);
  return kind === "embedQuery" ? embedQuery(call) : rank(call);
}

async function embed(call: Call): Promise<void> {
  const { plan, object, signal, onProgress, problems } = call;
  const given = [...plan.texts];
  const { vectors, usage } = await object.embedder.embed(given, { signal, onProgress });
  if (given.some((text, index) => text !== plan.texts[index])) problems.push("the caller's list was changed");
  if (vectors.length !== given.length) problems.push(`${vectors.length} vectors for ${given.length} texts`);
  if (new Set(vectors).size !== vectors.length) problems.push("two texts share one array");
  if (!(usage.totalTokens >= 0)) problems.push(`usage of ${usage.totalTokens} tokens`);
  vectors.forEach((vector, index) => problems.push(...documentProblems(call, index, vector)));
  problems.push(...wrongProgress(call.progress, given.length));
}

async function embedQuery({ plan, world, object, signal, problems }: Call): Promise<void> {
  const text = object.plan.queryPrefix + plan.query;
  const { vector } = await object.embedder.embedQuery(plan.query, { signal });
  problems.push(...indexed("query", 0, wrongVector(vector, text, world, object.plan.normalize)));
}

function documentProblems({ plan, world, object }: Call, index: number, vector: Float32Array): string[] {
  const text = object.plan.documentPrefix + asSent(plan.texts[index] ?? "");
  return indexed("vector", index, wrongVector(vector, text, world, object.plan.normalize));
}

async function embedStream(call: Call): Promise<void> {
  const { plan, world, object, signal, onProgress, problems } = call;
  const source = sourceOf(plan, world, call.giveUp);
  const abort = aborted(signal);
  let next = 0;
  let abortedBefore = false;
  for await (const { index, vector } of object.embedder.embedStream(source.texts, { signal, onProgress })) {
    if (abortedBefore) problems.push("the stream continued after the abort");
    if (index !== next) problems.push(`index ${index} was returned instead of ${next}`);
    problems.push(...documentProblems(call, index, vector));
    problems.push(...readAhead(call, source, next));
    next += 1;
    if (next === plan.leavesAfter) break;
    if (plan.source === "slow" && index % 7 === 0) await Promise.race([world.wait(30), abort]);
    abortedBefore = signal.aborted;
  }
  if (next !== plan.leavesAfter && next !== plan.texts.length) problems.push(`${next} vectors were streamed`);
  if (plan.source === "generator" && !source.closed()) problems.push("the source was not closed");
}

/** Checks that a stream reads no more texts than it can have in flight. */
function readAhead({ object }: Call, source: Source, yielded: number): string[] {
  const { batchSize = 512, maxConcurrency = 128 } = object.plan;
  const ahead = source.read() - yielded;
  return ahead > (maxConcurrency + 1) * batchSize ? [`it read ${ahead} texts ahead`] : [];
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

interface Document {
  readonly text: string;
  readonly number: number;
}

async function rank(call: Call): Promise<void> {
  const { plan, object, signal, onProgress, problems } = call;
  const { topN, minScore, query } = plan;
  const documents = plan.texts.map((text, number): Document => ({ text, number }));
  const before = object.events.length;
  const ranked = await object.reranker.rerank(query, documents, ({ text }) => text, {
    signal,
    onProgress,
    topN,
    minScore,
  });
  const failed = object.events.slice(before).some(({ type }) => type === "rerank-fallback");
  const expected = failed ? inOrder(documents) : best(call, documents);
  const found = ranked.map(({ item, index, score }) => `${item.number}=${index}:${score}`);
  const wanted = expected.slice(0, topN).map(({ number, score }) => `${number}=${number}:${score}`);
  // The failed call may be another call of the same object.
  const other = failed ? best(call, documents).slice(0, topN) : undefined;
  const also = other?.map(({ number, score }) => `${number}=${number}:${score}`);
  if (String(found) !== String(wanted) && String(found) !== String(also)) {
    problems.push(`ranked ${found.slice(0, 9).join(" ")} instead of ${wanted.slice(0, 9).join(" ")}`);
  }
}

function inOrder(documents: readonly Document[]): { number: number; score: number | undefined }[] {
  return documents
    .filter(({ text }) => text.trim() !== "")
    .map(({ number }) => ({ number, score: undefined }));
}

function best({ plan }: Call, documents: readonly Document[]): { number: number; score: number }[] {
  return documents
    .filter(({ text }) => text.trim() !== "")
    .map(({ text, number }) => ({ number, score: scoreOf(plan.query, asSent(text)) }))
    .filter(({ score }) => plan.minScore === undefined || score >= plan.minScore)
    .toSorted((left, right) => right.score - left.score || left.number - right.number);
}
