/**
 * Embeds the different texts of one list: workers acquire a permit, take a batch, send it, and store its vectors. A
 * batch that the server rejects as too large is sent in halves, while the other workers wait.
 */

import { sleep } from "../abort.js";
import { isEncodingRejected, tooLargeBy } from "../errors/describe-failure.js";
import { cannot } from "../errors/together-error.js";
import type { Emit } from "../events.js";
import type { Priority, RateLimit } from "../rate-limit/rate-limiter.js";
import type { Api } from "../request/api.js";
import type { ApiOperation, ApiRequest, Failed } from "../request/attempt.js";
import {
  splitInHalf,
  type AcceptedSize,
  type Batch,
  type BatchLimits,
  type TooLargeBy,
} from "../request/batch.js";
import type { RawVector } from "../request/wire.js";
import type { BatchQueue } from "../request/batch-queue.js";

/** What a run needs from the engine that starts it. */
export interface EmbedRunOptions {
  readonly api: Api;
  readonly queue: BatchQueue;
  readonly acceptedSize: AcceptedSize;
  readonly emit: Emit;
  readonly priority: Priority;
  readonly maxConcurrency: number;
  /** What the caller asked for; completes the sentence "Cannot ...". */
  readonly task: string;
  /** The size of the next batch, before what the server has rejected. */
  readonly limits: (limit: RateLimit | undefined) => BatchLimits;
  readonly request: (batch: Batch) => EmbedRequest;
  /** Stores the vectors of a batch. Its worker waits for the result before it takes the next batch. */
  readonly store: (batch: Batch, vectors: RawVector[]) => Promise<void> | undefined;
  /** The server rejected base64: asks for floats from now on. */
  readonly useFloats: () => void;
  /** The caller's index of the text at a position of the queue. */
  readonly indexOf: (position: number) => number;
}

/** A request for vectors. */
export interface EmbedRequest extends ApiRequest<RawVector[]> {
  readonly isBase64: boolean;
}

/** The reason that ends workers for which no batch is left. Callers never see it. */
const FINISHED = Symbol("finished");

export class EmbedRun {
  readonly #options: EmbedRunOptions;
  readonly #controller: AbortController;
  readonly #workers: Promise<void>[] = [];
  /** Texts without a vector. */
  #remaining: number;
  /** Settles when no worker sends a rejected batch in halves. */
  #split: Promise<void> = Promise.resolve();
  #splitting = 0;

  /**
   * @param texts - Number of texts in the queue.
   * @param controller - Aborted by the caller's signal, and by the first failure here.
   */
  constructor(options: EmbedRunOptions, texts: number, controller: AbortController) {
    this.#options = options;
    this.#remaining = texts;
    this.#controller = controller;
  }

  /**
   * Ends when every vector is stored.
   *
   * @throws the first failure, after all requests in flight have ended.
   */
  async run(): Promise<void> {
    this.#startWorker();
    // Workers start workers, so the list grows while it is read.
    for (const worker of this.#workers) await worker;
    const { signal } = this.#controller;
    if (signal.reason !== FINISHED) signal.throwIfAborted();
  }

  /** A worker never rejects: its failure aborts the run with the failure as the reason. */
  #startWorker(): void {
    this.#workers.push(this.#work().catch((error: unknown) => this.#controller.abort(error)));
  }

  async #work(): Promise<void> {
    const { api, queue } = this.#options;
    let operation: ApiOperation | undefined;
    let batch: Batch | undefined;
    while (batch || !queue.empty) {
      await this.#split;
      operation ??= this.#operation();
      const permit = await api.acquire(operation);
      batch ??= this.#takeBatch();
      if (!batch) {
        permit.cancel();
        continue;
      }
      const request = this.#options.request(batch);
      const attempt = await api.attempt(operation, permit, request);
      switch (attempt.status) {
        case "ok":
          await this.#store(batch, attempt.value);
          batch = operation = undefined;
          break;
        case "rate-limited":
          queue.putBack(batch);
          batch = undefined;
          break;
        case "retry":
          await sleep(attempt.delayMs, operation.signal);
          break;
        case "failed":
          await this.#recover(batch, request, attempt);
          batch = operation = undefined;
          break;
      }
    }
  }

  #operation(): ApiOperation {
    const { api, priority, task } = this.#options;
    return api.operation({ priority, task, signal: this.#controller.signal });
  }

  /** The size is decided here, when the batch is sent. Starts one more worker if texts are left for it. */
  #takeBatch(): Batch | undefined {
    const { api, queue, limits, acceptedSize, maxConcurrency } = this.#options;
    if (this.#splitting > 0) return undefined;
    const { texts, tokens } = limits(api.limit);
    const batch = queue.take({
      texts: Math.min(texts, acceptedSize.limits.texts),
      tokens: Math.min(tokens, acceptedSize.limits.tokens),
    });
    if (!queue.empty && this.#workers.length < maxConcurrency) this.#startWorker();
    return batch;
  }

  /** Stores vectors. The last batch ends the workers that still wait for a permit. */
  async #store(batch: Batch, vectors: RawVector[]): Promise<void> {
    const { acceptedSize, store } = this.#options;
    acceptedSize.accepted(batch);
    const stored = store(batch, vectors);
    this.#remaining -= batch.texts.length;
    if (this.#remaining === 0) this.#controller.abort(FINISHED);
    await stored;
  }

  /** Puts a failed batch back if it can be sent in another way. @throws what else was wrong with it */
  async #recover(batch: Batch, request: EmbedRequest, failed: Failed): Promise<void> {
    const { queue, acceptedSize } = this.#options;
    const by = this.#rejectedBy(batch, request, failed);
    if (by === "encoding") return queue.putBack(batch);
    await this.#alone(async () => {
      // Another worker may have found the accepted size meanwhile.
      if (acceptedSize.accepts(batch)) await this.#sendHalves(batch, by);
      else queue.putBack(batch);
    });
  }

  /** Why the server rejected a batch, if a change of the request helps. @throws what else was wrong with it */
  #rejectedBy(batch: Batch, request: EmbedRequest, failed: Failed): TooLargeBy | "encoding" {
    if (request.isBase64 && isEncodingRejected(failed.failure)) {
      this.#options.useFloats();
      return "encoding";
    }
    const by = tooLargeBy(failed.failure);
    if (!by) throw failed.error();
    const texts = batch.texts.length;
    if (texts === 1) throw this.#tooLong(batch, failed);
    this.#options.emit({ type: "batch-split", reason: "request-too-large", texts, requests: 2 });
    return by;
  }

  /** Runs when no other worker splits, and keeps the others from taking batches meanwhile. */
  async #alone(work: () => Promise<void>): Promise<void> {
    this.#splitting += 1;
    const turn = this.#split.then(work).finally(() => (this.#splitting -= 1));
    this.#split = turn.catch(() => {});
    await turn;
  }

  async #sendHalves(batch: Batch, by: TooLargeBy): Promise<void> {
    const { acceptedSize } = this.#options;
    acceptedSize.rejected(batch);
    for (const half of splitInHalf(batch)) await this.#sendPart(half);
    acceptedSize.learn(by);
  }

  async #sendPart(part: Batch): Promise<void> {
    const { api, acceptedSize } = this.#options;
    if (part.texts.length > 1 && !acceptedSize.accepts(part)) {
      for (const half of splitInHalf(part)) await this.#sendPart(half);
      return;
    }
    const request = this.#options.request(part);
    const attempt = await api.send(this.#operation(), request);
    if (attempt.status === "ok") return this.#store(part, attempt.value);
    const by = this.#rejectedBy(part, request, attempt);
    await (by === "encoding" ? this.#sendPart(part) : this.#sendHalves(part, by));
  }

  #tooLong(batch: Batch, failed: Failed): Error {
    const { task, indexOf } = this.#options;
    const { status, requestId, attempts } = failed.error();
    const index = indexOf(batch.positions[0] as number);
    const size = `${batch.texts[0]?.length} characters, about ${batch.tokens} tokens`;
    const problem = `the text at index ${index} (${size}) is more than the model takes`;
    const details = { index, status, requestId, attempts };
    return cannot("text_too_long", task, problem, "split it into shorter ones", details);
  }
}
