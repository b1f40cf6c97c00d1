/**
 * Scores one list of documents: in one request, or in several concurrent ones if it exceeds the limits. A request that
 * the server rejects as too large is split in half.
 */

import { linkedAbortController } from "../abort.js";
import type { CallHeaders, CallOptions } from "../call-options.js";
import { reportProgress } from "../callbacks.js";
import type { Emit } from "../events.js";
import type { Api } from "../request/api.js";
import type { ApiRequest, Failed } from "../request/attempt.js";
import type { AcceptedSize, Batch } from "../request/batch.js";
import { BatchQueue } from "../request/batch-queue.js";
import { BatchSplitter } from "../request/batch-splitter.js";
import { rankingLimit } from "../request/response-limits.js";
import { byScore, readRanking, readUsage, rerankRequest, type RankedIndex } from "../request/wire.js";
import { checkLengths, estimateTokens } from "../tokens.js";
import type { UsageTotal } from "../usage.js";
import type { RankInput } from "./rank-input.js";

/**
 * Estimated tokens in one request, with the query counted per document. Together documents no limit. Voyage documents
 * 600,000, counted likewise (2026-11); the margin covers errors of the estimate. A larger request is split.
 */
const MAX_REQUEST_TOKENS = 500_000;

/** The engine's values that a run uses. */
export interface RerankRunOptions extends CallOptions {
  readonly api: Api;
  readonly acceptedSize: AcceptedSize;
  readonly emit: Emit;
  readonly model: string;
  readonly input: RankInput<unknown>;
  /** Maximum documents per request. */
  readonly batchSize: number;
  /** Maximum tokens of a document with the query, if it is known. */
  readonly maxInputTokens: number | undefined;
  /** The number of best documents to return; `undefined` for all. */
  readonly topN: number | undefined;
  /** The requested action; completes the sentence "Cannot ...". */
  readonly task: string;
  readonly headers?: CallHeaders | undefined;
  readonly usage: UsageTotal;
}

/** Returns the positions and scores of all documents that can be among the `topN` best, best first. */
export async function runRerank(options: RerankRunOptions): Promise<RankedIndex[]> {
  const { api, acceptedSize, batchSize, emit, headers, input, onProgress, task } = options;
  const { controller, unlink } = linkedAbortController(options.signal);
  const total = input.texts.length;
  const scores: RankedIndex[] = [];
  let done = 0;

  const send = async (batch: Batch): Promise<Failed | undefined> => {
    const operation = api.operation({ priority: "high", task, headers, signal: controller.signal });
    const attempt = await api.send(operation, requestFor(batch, options));
    if (attempt.status === "failed") return attempt;
    acceptedSize.accepted(batch);
    done += batch.texts.length;
    await reportProgress(onProgress, { done, total }, controller.signal);
    for (const { index, score } of attempt.value) {
      scores.push({ index: batch.positions[index] as number, score });
    }
    return undefined;
  };
  // The first failure ends the other batches. It becomes the signal's reason.
  const stop = (error: unknown): never => {
    controller.abort(error);
    throw controller.signal.reason;
  };

  const queue = new BatchQueue(input.texts, countPairs(options));
  const limits = acceptedSize.within({ texts: batchSize, tokens: MAX_REQUEST_TOKENS });
  const batches: Batch[] = [];
  for (let batch = queue.take(limits); batch; batch = queue.take(limits)) batches.push(batch);
  const requests = batches.length;
  if (requests > 1) emit({ type: "batch-split", reason: "list-too-long", texts: total, requests });
  const splitter = new BatchSplitter({ ...options, noun: "document", indexes: input.indexes, send });
  await Promise.all(batches.map((batch) => splitter.send(batch).catch(stop))).finally(unlink);
  return scores.toSorted(byScore);
}

/** Estimates the tokens of each document with the query: a reranker reads both together. */
function countPairs({ input, maxInputTokens, task, emit }: RerankRunOptions): number[] {
  const ofQuery = estimateTokens(input.query);
  const tokens = input.texts.map((text) => ofQuery + estimateTokens(text));
  const list = { texts: input.texts, firstIndexOf: (position: number) => input.indexes[position] as number };
  checkLengths(list, tokens, task, { maxInputTokens, longText: "send" }, emit);
  return tokens;
}

function requestFor(
  { texts, tokens }: Batch,
  { input: { query }, model, topN = texts.length, usage }: RerankRunOptions,
): ApiRequest<RankedIndex[]> {
  const wanted = Math.min(topN, texts.length);
  return {
    call: { path: "/rerank", body: rerankRequest(model, query, texts, wanted) },
    texts,
    estimatedTokens: tokens,
    limit: rankingLimit(texts),
    parse: (body) => {
      const ranking = readRanking(body, texts.length, wanted);
      usage.add(readUsage(body));
      return ranking;
    },
  };
}
