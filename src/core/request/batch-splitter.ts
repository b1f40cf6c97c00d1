/** Sends a batch that the server rejects as too large in halves, and learns the size that it accepts. */

import { tooLargeBy, type TooLargeBy } from "../errors/rejection.js";
import { cannot, count, type TogetherError } from "../errors/together-error.js";
import type { Emit } from "../events.js";
import type { Failed } from "./attempt.js";
import { splitInHalf, type AcceptedSize, type Batch } from "./batch.js";

/** What a splitter needs from the run that uses it. */
export interface SplitterOptions {
  readonly acceptedSize: AcceptedSize;
  readonly emit: Emit;
  /** What the caller asked for; completes the sentence "Cannot ...". */
  readonly task: string;
  /** What the caller calls one of the texts. */
  readonly noun: "text" | "document";
  /** For each position in the list, the caller's index of its text. */
  readonly indexes: readonly number[];
  /** Sends one batch as it is. Returns the failure if the server rejected it. */
  readonly send: (batch: Batch) => Promise<Failed | undefined>;
}

export class BatchSplitter {
  readonly #options: SplitterOptions;

  constructor(options: SplitterOptions) {
    this.#options = options;
  }

  /** Sends a batch: whole, or in parts if it is beyond the accepted size. @throws what {@link rejection} throws */
  async send(batch: Batch): Promise<void> {
    const { acceptedSize, send } = this.#options;
    if (batch.texts.length > 1 && !acceptedSize.accepts(batch)) return this.#sendHalves(batch);
    const failed = await send(batch);
    if (failed) await this.split(batch, this.rejection(batch, failed));
  }

  /** Finds why the server rejected a batch as too large, and reports it. @throws the failure if a split cannot help */
  rejection(batch: Batch, failed: Failed): TooLargeBy {
    const by = tooLargeBy(failed.failure);
    if (!by) throw failed.error();
    const texts = batch.texts.length;
    if (texts === 1) throw this.#textTooLong(batch, failed);
    this.#options.emit({ type: "batch-split", reason: "request-too-large", texts, requests: 2 });
    return by;
  }

  /** Creates the error for a batch of one text that the server rejected as too large. */
  #textTooLong({ positions, texts: [text], tokens }: Batch, failed: Failed): TogetherError {
    const { indexes, noun, task } = this.#options;
    const index = indexes[positions[0] as number] as number;
    const { status, requestId, attempts } = failed.error();
    const size = `${text?.length} characters, about ${count(tokens, "token")}`;
    const addition = noun === "document" ? ", with the query," : "";
    const problem = `the ${noun} at index ${index} (${size}) is${addition} more than the model takes`;
    const details = { index, status, requestId, attempts };
    return cannot("text_too_long", task, problem, "split it into shorter ones", details);
  }

  /** Sends a rejected batch in halves. When both have succeeded, their size becomes the limit. */
  async split(batch: Batch, by: TooLargeBy): Promise<void> {
    const { acceptedSize } = this.#options;
    acceptedSize.rejected(batch);
    await this.#sendHalves(batch);
    acceptedSize.learn(by);
  }

  /** Sends both halves, one after the other. */
  async #sendHalves(batch: Batch): Promise<void> {
    for (const half of splitInHalf(batch)) await this.send(half);
  }
}
