/**
 * One list of different texts on its way to vectors: as many workers as may be in flight, each taking the next batch
 * when its turn has come. A batch that the server finds too much is halved, while everybody else waits.
 */

import { shareOf, type Batch, type Batches, type BatchSize } from "./batch-queue.js";
import { cannot } from "../errors/together-error.js";
import type { Emit } from "../events.js";
import { isEncodingRejected, tooLargeBy } from "../errors/describe-failure.js";
import type { Parcel } from "../request/job.js";
import { Undelivered, type Sender } from "../request/api.js";
import type { Lane } from "../rate-limit/rate-limiter.js";
import type { RawVector } from "../request/wire.js";

/** What a list job needs from the embedder that runs it. */
export interface ListJobContext {
  readonly sender: Sender;
  readonly size: BatchSize;
  readonly emit: Emit;
  readonly lane: Lane;
  readonly maxConcurrency: number;
  readonly task: (texts: number) => string;
  /** The caller's index for a place in the list. */
  readonly indexOf: (place: number) => number;
  /** Wraps a batch as a request. */
  readonly pack: (batch: Batch) => VectorParcel;
  /** The server does not take base64. */
  readonly refuseBase64: () => void;
  /** @returns what the next batch has to wait for, if anything. */
  readonly deliver: (batch: Batch, vectors: RawVector[]) => Promise<void> | undefined;
}

/** A request for vectors, and how it asks for them. */
export interface VectorParcel extends Parcel<RawVector[]> {
  readonly base64: boolean;
}

/** Where a worker gets its batch from, and what it does with one that has to wait once more. */
interface Source {
  /** The batch to send, the same until it is given back. */
  take(): Batch | undefined;
  giveBack(): void;
}

/** The reason that ends workers for which nothing was left; no caller sees it. */
const FINISHED = Symbol("finished");

export class ListJob {
  readonly #context: ListJobContext;
  readonly #batches: Batches;
  readonly #controller: AbortController;
  /** Texts that have no vector yet. */
  #open = 0;
  /** Texts in a request if all were in flight at once. */
  #share = 0;
  /** Resolved unless a batch is being halved: only one is at a time. */
  #probing: Promise<void> = Promise.resolve();
  #probes = 0;

  /** @param controller - Aborted by the caller's signal, and by the first failure here. */
  constructor(context: ListJobContext, batches: Batches, controller: AbortController) {
    this.#context = context;
    this.#batches = batches;
    this.#controller = controller;
  }

  /** Ends when every batch was delivered; rejects with the first failure when nothing is under way any more. */
  async run(texts: number): Promise<void> {
    this.#open = texts;
    this.#share = shareOf(texts, this.#context.maxConcurrency);
    const workers = Math.min(this.#context.maxConcurrency, texts);
    await Promise.allSettled(Array.from({ length: workers }, () => this.#work()));
    const { signal } = this.#controller;
    if (signal.reason !== FINISHED) signal.throwIfAborted();
  }

  /** A worker never rejects: its failure aborts the job, and the job's reason says what it was. */
  async #work(): Promise<void> {
    try {
      while (!this.#batches.empty) {
        await this.#probing;
        await this.#sendNext();
      }
    } catch (error) {
      this.#controller.abort(error);
    }
  }

  /** Sends whatever is next, if there still is something when its turn has come. */
  async #sendNext(): Promise<void> {
    const { size, sender } = this.#context;
    let batch: Batch | undefined;
    const source: Source = {
      take: () => {
        if (this.#probes === 0) batch ??= this.#batches.take(size.limits(sender.limit, this.#share));
        return batch;
      },
      giveBack: () => {
        if (batch) this.#batches.giveBack(batch);
        batch = undefined;
      },
    };
    try {
      await this.#send(source);
    } catch (error) {
      await this.#recover(error, batch, source);
    }
  }

  /** Sends a batch; once more, as floats, if the server turns out not to take base64. */
  async #send(source: Source): Promise<void> {
    const { sender, lane, task, pack, refuseBase64 } = this.#context;
    let parcel: VectorParcel | undefined;
    try {
      const delivery = await sender.send({
        lane,
        signal: this.#controller.signal,
        task,
        unpack: () => source.giveBack(),
        pack: () => {
          const batch = source.take();
          if (!batch) return undefined;
          const packed = (parcel = pack(batch));
          return { ...packed, read: (body) => ({ batch, vectors: packed.read(body) }) };
        },
      });
      if (delivery) await this.#deliver(delivery.batch, delivery.vectors);
    } catch (error) {
      const asFloats = error instanceof Undelivered && parcel?.base64 && isEncodingRejected(error.failure);
      if (!asFloats) throw error;
      refuseBase64();
      await this.#send(source);
    }
  }

  /** The last delivery ends the workers that wait for a turn which they no longer need. */
  async #deliver(batch: Batch, vectors: RawVector[]): Promise<void> {
    const kept = this.#context.deliver(batch, vectors);
    this.#open -= batch.places.length;
    if (this.#open === 0) this.#controller.abort(FINISHED);
    await kept;
  }

  /** Finds a way around a refusal, or throws what it means. */
  async #recover(error: unknown, batch: Batch | undefined, source: Source): Promise<void> {
    if (!(error instanceof Undelivered) || !batch) throw error;
    const by = this.#excess(error, batch);
    await this.#alone(async () => {
      // Another worker may have found out meanwhile what the server bears.
      if (this.#context.size.bears(batch)) await this.#halve(batch, by);
      else source.giveBack();
    });
  }

  /** In which way a batch was too much; throws what else was wrong with it. */
  #excess(refused: Undelivered, batch: Batch): "count" | "size" {
    const by = tooLargeBy(refused.failure);
    if (!by) throw refused.error;
    if (batch.places.length === 1) throw this.#tooLong(batch, refused);
    return by === "unknown" ? "size" : by;
  }

  /** Runs when nobody else is halving, and keeps others from taking new work meanwhile. */
  async #alone(work: () => Promise<void>): Promise<void> {
    this.#probes += 1;
    const turn = this.#probing.then(work).finally(() => (this.#probes -= 1));
    this.#probing = turn.catch(() => {});
    await turn;
  }

  async #halve(batch: Batch, by: "count" | "size"): Promise<void> {
    const [first, second] = await this.#sendHalves(batch);
    // Only now: had one text been too long by itself, the size of the batch would have been no fault.
    this.#context.size.remember(by, second.tokens > first.tokens ? second : first);
  }

  async #sendHalves(batch: Batch): Promise<[Batch, Batch]> {
    this.#context.emit({
      type: "batch-split",
      reason: "request-too-large",
      texts: batch.texts.length,
      requests: 2,
    });
    const halves = this.#batches.halve(batch);
    for (const half of halves) await this.#sendHalf(half);
    return halves;
  }

  async #sendHalf(half: Batch): Promise<void> {
    // What was learned from the other half: this is cut by it, and teaches nothing new.
    if (half.places.length > 1 && !this.#context.size.bears(half)) return void (await this.#sendHalves(half));
    try {
      await this.#send({ take: () => half, giveBack: () => {} });
    } catch (error) {
      if (!(error instanceof Undelivered)) throw error;
      await this.#halve(half, this.#excess(error, half));
    }
  }

  #tooLong(batch: Batch, { error }: Undelivered): Error {
    const index = this.#context.indexOf(batch.places[0] as number);
    const length = (batch.texts[0] as string).length;
    return cannot(
      "text_too_long",
      this.#context.task(1),
      `the text at index ${index} (${length} characters, about ${batch.tokens} tokens) is more than the model takes`,
      "split it into shorter ones",
      { index, status: error.status, requestId: error.requestId, attempts: error.attempts },
    );
  }
}
