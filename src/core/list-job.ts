/**
 * One list of different texts on its way to vectors: as many workers as may be in flight, each taking the next batch
 * when its turn has come. A batch that the server finds too much is halved, while everybody else waits.
 */

import type { Batch, Batches, BatchSize } from "./batches.js";
import { cannot } from "./errors.js";
import type { Emit } from "./events.js";
import { encodingRefused, tooMuch } from "./failure.js";
import { Undelivered, type Parcel, type Sender } from "./sender.js";
import type { Lane } from "./throttle.js";
import type { RawVector } from "./wire.js";

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
  readonly pack: (batch: Batch) => Parcel<RawVector[]>;
  /** The server does not take base64; `false` if that was known already. */
  readonly refuseBase64: () => boolean;
  readonly deliver: (batch: Batch, vectors: RawVector[]) => void;
}

/** What came back for one batch. */
interface Delivery {
  readonly batch: Batch;
  readonly vectors: RawVector[];
}

export class ListJob {
  readonly #context: ListJobContext;
  readonly #batches: Batches;
  readonly #controller: AbortController;
  /** Resolved unless a batch is being halved: only one is at a time. */
  #probing: Promise<void> = Promise.resolve();

  /** @param controller - Aborted by the caller's signal, and by the first failure here. */
  constructor(context: ListJobContext, batches: Batches, controller: AbortController) {
    this.#context = context;
    this.#batches = batches;
    this.#controller = controller;
  }

  /** Ends when every batch was delivered; rejects with the first failure when nothing is under way any more. */
  async run(texts: number): Promise<void> {
    const { texts: batch } = this.#context.size.limits(this.#context.sender.limitedBy);
    const workers = Math.min(this.#context.maxConcurrency, Math.ceil(texts / batch));
    await Promise.allSettled(Array.from({ length: workers }, () => this.#work()));
    this.#controller.signal.throwIfAborted();
  }

  /** A worker never rejects: its failure aborts the job, and the job's reason says what it was. */
  async #work(): Promise<void> {
    try {
      while (!this.#batches.empty) {
        await this.#probing;
        if (!(await this.#sendNext())) return;
      }
    } catch (error) {
      this.#controller.abort(error);
    }
  }

  /** Sends whatever is next; `false` if nothing is left. */
  async #sendNext(): Promise<boolean> {
    const held: { batch?: Batch | undefined } = {};
    const take = (): Batch | undefined => {
      const { size, sender } = this.#context;
      return (held.batch ??= this.#batches.take(size.limits(sender.limitedBy)));
    };
    const giveBack = (): void => {
      if (held.batch) this.#batches.giveBack(held.batch);
      held.batch = undefined;
    };
    try {
      const delivery = await this.#send(take, giveBack);
      if (delivery) this.#context.deliver(delivery.batch, delivery.vectors);
      return delivery !== undefined;
    } catch (error) {
      await this.#recover(error, held.batch, giveBack);
      return true;
    }
  }

  async #send(take: () => Batch | undefined, unpack: () => void): Promise<Delivery | undefined> {
    const { sender, lane, task, pack } = this.#context;
    return sender.send<Delivery>({
      lane,
      signal: this.#controller.signal,
      task,
      unpack,
      pack: () => {
        const batch = take();
        if (!batch) return undefined;
        const parcel = pack(batch);
        return { ...parcel, read: (body) => ({ batch, vectors: parcel.read(body) }) };
      },
    });
  }

  /** Finds a way around a refusal, or throws what it means. */
  async #recover(error: unknown, batch: Batch | undefined, giveBack: () => void): Promise<void> {
    if (!(error instanceof Undelivered) || !batch) throw error;
    if (encodingRefused(error.failure) && this.#context.refuseBase64()) return giveBack();
    const by = tooMuch(error.failure);
    if (!by) throw error.error;
    if (batch.places.length === 1) throw this.#tooLong(batch, error);
    await this.#alone(async () => {
      // Another worker may have found out meanwhile what the server bears.
      if (this.#context.size.bears(batch)) await this.#halve(batch, by);
      else giveBack();
    });
  }

  /** Runs when nobody else is halving, and keeps others from taking new work meanwhile. */
  async #alone(work: () => Promise<void>): Promise<void> {
    const turn = this.#probing.then(work);
    this.#probing = turn.catch(() => {});
    await turn;
  }

  async #halve(batch: Batch, by: "count" | "size"): Promise<void> {
    const { size, emit } = this.#context;
    emit({ type: "split", reason: "request-too-large", texts: batch.texts.length, requests: 2 });
    const halves = this.#batches.halve(batch);
    for (const half of halves) await this.#sendHalf(half, by);
    // Only now: had one text been too long by itself, the size of the batch would have been no fault.
    const [first, second] = halves;
    size.remember(by, second.tokens > first.tokens ? second : first);
  }

  async #sendHalf(half: Batch, by: "count" | "size"): Promise<void> {
    if (half.places.length > 1 && !this.#context.size.bears(half)) return this.#halve(half, by);
    try {
      const delivery = await this.#send(
        () => half,
        () => {},
      );
      if (delivery) this.#context.deliver(half, delivery.vectors);
    } catch (error) {
      if (!(error instanceof Undelivered)) throw error;
      const again = tooMuch(error.failure);
      if (!again) throw error.error;
      if (half.places.length === 1) throw this.#tooLong(half, error);
      await this.#halve(half, again);
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
