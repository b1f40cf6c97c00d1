/**
 * Splits batches in half that the server rejects as too large, and records the accepted size. A batch that is rejected
 * in unknown words is split once. If a half fails in the same way, the size was not the reason.
 */

import { mayBeTooLarge, tooLargeBy, type TooLargeBy } from "../errors/rejection.js";
import { cannot, count, type TogetherError } from "../errors/together-error.js";
import type { Emit } from "../events.js";
import type { Failed } from "./attempt.js";
import { splitInHalf, type AcceptedSize, type Batch } from "./batch.js";

/** The functions of the run that uses a splitter. */
export interface SplitterOptions {
  readonly acceptedSize: AcceptedSize;
  readonly emit: Emit;
  /** The requested action; completes the sentence "Cannot ...". */
  readonly task: string;
  /** The caller's word for one of the texts. */
  readonly noun: "text" | "document";
  /** For each position in the list, the caller's index of its text. */
  readonly indexes: readonly number[];
  /** Sends one batch unchanged. Returns the failure if the server rejected it. */
  readonly send: (batch: Batch) => Promise<Failed | undefined>;
}

/** A rejection after which a batch is split in half. */
interface SizeRejection {
  readonly by: TooLargeBy;
  /** The failure in unknown words, if the split is a guess. Parts of a guess are not split for another guess. */
  readonly guessed: Failed | undefined;
}

export class BatchSplitter {
  readonly #options: SplitterOptions;

  constructor(options: SplitterOptions) {
    this.#options = options;
  }

  /**
   * Sends a batch: as one request, or split if it is beyond the accepted size.
   *
   * @param guessed - The failure of the batch of which this is a part, if that was split for a guess.
   * @throws what {@link rejection} throws
   */
  async send(batch: Batch, guessed?: Failed): Promise<void> {
    const { acceptedSize, send } = this.#options;
    if (batch.texts.length > 1 && !acceptedSize.accepts(batch)) return this.#sendHalves(batch, guessed);
    const failed = await send(batch);
    if (failed) await this.split(batch, this.rejection(batch, failed, guessed));
  }

  /**
   * Determines why the server rejected a batch as too large, and reports it.
   *
   * @throws the failure if a split cannot help; that of the whole batch if its part is rejected in unknown words too.
   */
  rejection(batch: Batch, failed: Failed, guessed?: Failed): SizeRejection {
    const texts = batch.texts.length;
    const by = tooLargeBy(failed.failure);
    if (by && texts === 1) throw this.#textTooLong(batch, failed);
    if (!by) {
      if (!mayBeTooLarge(failed.failure)) throw failed.error();
      if (guessed || texts === 1) throw (guessed ?? failed).error();
    }
    const reason = by ? "request-too-large" : "request-rejected";
    this.#options.emit({ type: "batch-split", reason, texts, requests: 2 });
    return by ? { by, guessed } : { by: "unknown", guessed: failed };
  }

  /** Creates the error for a batch of one text that the server rejected as too large. */
  #textTooLong({ positions, texts: [text], tokens }: Batch, failed: Failed): TogetherError {
    const { indexes, noun, task } = this.#options;
    const index = indexes[positions[0] as number] as number;
    const { status, requestId, attempts } = failed.error();
    const addition = noun === "document" ? " with the query" : "";
    const size = `${text?.length} characters, about ${count(tokens, "token")}${addition}`;
    const problem = `the ${noun} at index ${index} (${size}) is more than the model accepts`;
    const details = { index, status, requestId, attempts };
    return cannot("text_too_long", task, problem, "split it into shorter ones", details);
  }

  /** Splits a rejected batch in half and sends both. After both have succeeded, their size becomes the limit. */
  async split(batch: Batch, { by, guessed }: SizeRejection): Promise<void> {
    const { acceptedSize } = this.#options;
    acceptedSize.rejected(batch);
    await this.#sendHalves(batch, guessed);
    acceptedSize.learn(by);
  }

  /** Sends both halves, one after the other. */
  async #sendHalves(batch: Batch, guessed: Failed | undefined): Promise<void> {
    for (const half of splitInHalf(batch)) await this.send(half, guessed);
  }
}
