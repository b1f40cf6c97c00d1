/**
 * Scores of a list: in as many requests as it takes, all at once, and merged. What the server finds too much is
 * halved.
 */

import { linkedAbortController } from "../abort.js";
import { estimateTokens } from "../embed/batch-queue.js";
import type { UsageTotal } from "../usage.js";
import type { CallOptions } from "../call-options.js";
import { cannot, count, type TogetherError } from "../errors/together-error.js";
import type { Emit } from "../events.js";
import { tooLargeBy } from "../errors/describe-failure.js";
import type { Parcel } from "../request/job.js";
import type { RankList } from "./rank-input.js";
import type { ResolvedReranker } from "../options/resolve-options.js";
import { Sender, Undelivered } from "../request/api.js";
import {
  byScore,
  maxRankingBytes,
  readRanking,
  readUsage,
  rerankRequest,
  type RankedIndex,
} from "../request/wire.js";

/** What one list is to be scored for, and what it costs. */
export interface Scoring {
  readonly list: RankList<unknown>;
  readonly topN: number | undefined;
  readonly bill: UsageTotal;
}

interface Run extends Scoring {
  readonly signal: AbortSignal;
}

/** Scores the lists of one reranker. */
export class Scorer {
  readonly #options: ResolvedReranker;
  readonly #emit: Emit;
  readonly #sender: Sender;

  constructor(options: ResolvedReranker, emit: Emit) {
    this.#options = options;
    this.#emit = emit;
    this.#sender = new Sender(options, emit);
  }

  /** The places in the list and their scores, best first: all that can be among the `topN` best. */
  async score(scoring: Scoring, { signal, onProgress }: CallOptions): Promise<RankedIndex[]> {
    const { batchSize } = this.#options;
    const { controller, unlink } = linkedAbortController(signal);
    const run = { ...scoring, signal: controller.signal };
    const total = scoring.list.texts.length;
    const requests = Math.ceil(total / batchSize);
    if (requests > 1) this.#emit({ type: "batch-split", reason: "list-too-long", texts: total, requests });
    let done = 0;
    const part = async (number: number): Promise<RankedIndex[]> => {
      const [from, to] = [number * batchSize, Math.min(total, (number + 1) * batchSize)];
      const scored = await this.#part(run, from, to);
      done += to - from;
      onProgress?.({ done, total });
      return scored;
    };
    try {
      const parts = Array.from({ length: requests }, (_, number) =>
        part(number).catch((error: unknown) => stop(controller, error)),
      );
      return (await Promise.all(parts)).flat().toSorted(byScore);
    } finally {
      unlink();
    }
  }

  /** Scores a part of the list in one request, or in two halves if the server finds that too much. */
  async #part(run: Run, from: number, to: number): Promise<RankedIndex[]> {
    const texts = run.list.texts.slice(from, to);
    try {
      const parcel = this.#pack(run, texts);
      const ranked = await this.#sender.send<RankedIndex[]>({
        lane: "query",
        signal: run.signal,
        task: () => rankTask(texts.length, this.#options.model),
        pack: () => parcel,
        unpack: () => {},
      });
      return (ranked ?? []).map(({ index, score }) => ({ index: from + index, score }));
    } catch (error) {
      if (!(error instanceof Undelivered)) throw error;
      if (!tooLargeBy(error.failure)) throw error.error;
      if (texts.length === 1) throw this.#tooLong(run.list, from, error);
      this.#emit({ type: "batch-split", reason: "request-too-large", texts: texts.length, requests: 2 });
      const middle = from + Math.ceil(texts.length / 2);
      const first = await this.#part(run, from, middle);
      return [...first, ...(await this.#part(run, middle, to))];
    }
  }

  #pack({ list: { query }, topN, bill }: Run, texts: readonly string[]): Parcel<RankedIndex[]> {
    const wanted = Math.min(topN ?? texts.length, texts.length);
    return {
      call: { path: "/rerank", body: rerankRequest(this.#options.model, query, texts, wanted) },
      texts,
      estimatedTokens: texts.reduce((tokens, text) => tokens + estimateTokens(text), estimateTokens(query)),
      maxBytes: maxRankingBytes(texts),
      secrets: () => [query, ...texts],
      read: (body) => {
        const ranked = readRanking(body, texts.length, wanted);
        bill.add(readUsage(body));
        return ranked;
      },
    };
  }

  #tooLong({ texts, indexes }: RankList<unknown>, place: number, { error }: Undelivered): TogetherError {
    const [text, index] = [texts[place] as string, indexes[place] as number];
    const size = `${text.length} characters, about ${count(estimateTokens(text), "token")}`;
    return cannot(
      "text_too_long",
      rankTask(1, this.#options.model),
      `the document at index ${index} (${size}) is, with the query, more than the model takes`,
      "split it into shorter ones",
      { index, status: error.status, requestId: error.requestId, attempts: error.attempts },
    );
  }
}

/** `rank 5 documents`, for the beginning of an error. */
export function rankTask(documents: number, model: string): string {
  return `rank ${count(documents, "document")} with "${model}"`;
}

/** Ends the other parts and reports the first failure, which is the signal's reason from then on. */
function stop(controller: AbortController, error: unknown): never {
  controller.abort(error);
  throw controller.signal.reason;
}
