/**
 * Embeds the distinct texts of one list. Workers acquire a permit, take a batch, send it, and store its vectors. A batch
 * that the server rejects as too large is split in half and sent again; meanwhile no other worker takes a new batch.
 */

import { sleep } from "../abort.js";
import type { CallHeaders } from "../call-options.js";
import { isEncodingRejected } from "../errors/rejection.js";
import type { Emit } from "../events.js";
import type { Priority } from "../rate-limit/permit.js";
import type { Api } from "../request/api.js";
import type { ApiOperation, ApiRequest, Failed } from "../request/attempt.js";
import type { BatchQueue } from "../request/batch-queue.js";
import type { AcceptedSize, Batch, BatchLimits } from "../request/batch.js";
import { BatchSplitter } from "../request/batch-splitter.js";
import type { RawVector } from "../request/vector-check.js";

/** The arguments that `EmbedEngine` passes to a run. */
export interface EmbedRunOptions {
  readonly api: Api;
  readonly queue: BatchQueue;
  readonly acceptedSize: AcceptedSize;
  readonly emit: Emit;
  readonly priority: Priority;
  readonly maxConcurrency: number;
  /** The requested action for error messages: `embed 3 texts with "model"` completes "Cannot ...". */
  readonly task: string;
  readonly headers?: CallHeaders | undefined;
  /** Returns the limits of the next batch. */
  readonly limits: () => BatchLimits;
  /** The encoding to request. All runs of the engine share this object; it becomes `"float"` if base64 is rejected. */
  readonly encoding: { format: "base64" | "float" };
  /** For each position of the queue, the index of its text in the caller's list. */
  readonly indexes: readonly number[];
  readonly request: (batch: Batch) => EmbedRequest;
  /** Stores the vectors of a batch. The worker awaits the promise before it takes the next batch. It never rejects. */
  readonly store: (batch: Batch, vectors: RawVector[]) => Promise<void> | undefined;
}

/** A request for vectors. */
export interface EmbedRequest extends ApiRequest<RawVector[]> {
  readonly isBase64: boolean;
}

/** The reason that stops workers that still wait for a permit after the last batch. It never reaches the caller. */
const FINISHED = Symbol("finished");

export class EmbedRun {
  readonly #options: EmbedRunOptions;
  readonly #controller: AbortController;
  readonly #splitter: BatchSplitter;
  readonly #workers: Promise<void>[] = [];
  /** Texts whose vectors have not arrived yet. */
  #remaining: number;
  /** Resolves when every split that has been started is done. */
  #splitsDone: Promise<void> = Promise.resolve();
  #pendingSplits = 0;

  /** @param controller - Aborted by the caller's signal, by the first failure, or with `FINISHED` at the end. */
  constructor(options: EmbedRunOptions, controller: AbortController) {
    this.#options = options;
    this.#remaining = options.indexes.length;
    this.#controller = controller;
    this.#splitter = new BatchSplitter({ ...options, noun: "text", send: (part) => this.#sendPart(part) });
  }

  /**
   * Ends when every vector is stored.
   *
   * @throws the first failure, after all requests in flight have ended.
   */
  async run(): Promise<void> {
    this.#startWorker();
    // Workers start other workers, so this array grows during the loop.
    for (const worker of this.#workers) await worker;
    const { signal } = this.#controller;
    if (signal.reason !== FINISHED) signal.throwIfAborted();
  }

  /** The stored promise never rejects: an error becomes the reason of the abort. */
  #startWorker(): void {
    this.#workers.push(this.#work().catch((error: unknown) => this.#controller.abort(error)));
  }

  /** After a 429 the batch goes back to the queue, because its size may change. A retry keeps its batch. */
  async #work(): Promise<void> {
    const { api, queue } = this.#options;
    let operation: ApiOperation | undefined;
    let batch: Batch | undefined;
    while (batch || !queue.empty) {
      await this.#splitsDone;
      operation ??= this.#operation();
      const permit = await api.acquire(operation);
      batch ??= this.#takeBatch();
      if (!batch) {
        // While this worker waited, another took the last batch, or a split began.
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
    const { api, priority, task, headers } = this.#options;
    return api.operation({ priority, task, headers, signal: this.#controller.signal });
  }

  /**
   * Takes the next batch, with the size that fits now, just before it is sent. Starts another worker if texts are left.
   *
   * @returns `undefined` if the queue is empty or a batch is being split.
   */
  #takeBatch(): Batch | undefined {
    const { queue, limits, maxConcurrency } = this.#options;
    if (this.#pendingSplits > 0) return undefined;
    const batch = queue.take(limits());
    // `#workers` includes those that have ended: a run starts at most `maxConcurrency`.
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

  /** Sends a failed batch in another form, or puts it back for that. @throws the failure if there is no other form */
  async #recover(batch: Batch, request: EmbedRequest, failed: Failed): Promise<void> {
    const { queue, acceptedSize } = this.#options;
    if (this.#fallBackToFloat(request, failed)) return queue.putBack(batch);
    const rejection = this.#splitter.rejection(batch, failed);
    await this.#splitExclusively(async () => {
      if (acceptedSize.accepts(batch)) await this.#splitter.split(batch, rejection);
      // Meanwhile another worker has learned a smaller size: the queue cuts this batch by it.
      else queue.putBack(batch);
    });
  }

  /** Requests floats from now on if the server rejected base64. Returns whether it did. */
  #fallBackToFloat(request: EmbedRequest, { failure }: Failed): boolean {
    const isRejected = request.isBase64 && isEncodingRejected(failure);
    if (isRejected) this.#options.encoding.format = "float";
    return isRejected;
  }

  /** Runs `split` after all earlier splits. Until it ends, no worker takes a batch. If it fails, no other one begins. */
  async #splitExclusively(split: () => Promise<void>): Promise<void> {
    this.#pendingSplits += 1;
    const done = this.#splitsDone
      .then(split)
      .catch((error: unknown) => {
        this.#controller.abort(error);
        throw error;
      })
      .finally(() => (this.#pendingSplits -= 1));
    this.#splitsDone = done.catch(() => {});
    await done;
  }

  /** Sends a part of a rejected batch. Returns the failure if the server rejects it too. */
  async #sendPart(part: Batch): Promise<Failed | undefined> {
    const request = this.#options.request(part);
    const attempt = await this.#options.api.send(this.#operation(), request);
    if (attempt.status === "failed") {
      return this.#fallBackToFloat(request, attempt) ? this.#sendPart(part) : attempt;
    }
    await this.#store(part, attempt.value);
    return undefined;
  }
}
