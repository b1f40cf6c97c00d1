/** A list's texts that have not been sent yet. A batch is taken when it is sent, so its size can change until then. */

import { createBatch, type Batch, type BatchLimits } from "./batch.js";

export class BatchQueue {
  readonly #texts: readonly string[];
  readonly #tokenCounts: ArrayLike<number>;
  /** Positions that were put back; sent before new ones. */
  #returned: number[] = [];
  #next = 0;

  /** @param tokenCounts - Tokens of each text, counted or estimated. */
  constructor(texts: readonly string[], tokenCounts: ArrayLike<number>) {
    this.#texts = texts;
    this.#tokenCounts = tokenCounts;
  }

  get empty(): boolean {
    return this.#first >= this.#texts.length;
  }

  /** Takes the next batch; `undefined` if the queue is empty. A text with more tokens than the limit is sent alone. */
  take(limits: BatchLimits): Batch | undefined {
    if (this.empty) return undefined;
    const positions: number[] = [];
    const tokenCounts: number[] = [];
    let tokens = 0;
    while (!this.empty && positions.length < limits.texts) {
      const position = this.#first;
      const count = this.#tokenCounts[position] as number;
      tokens += count;
      if (positions.length > 0 && tokens > limits.tokens) break;
      positions.push(position);
      tokenCounts.push(count);
      if (this.#returned.shift() === undefined) this.#next += 1;
    }
    return createBatch(
      positions,
      positions.map((position) => this.#texts[position] as string),
      tokenCounts,
    );
  }

  /** Puts a batch back: after others that were put back, and before texts that were not sent yet. */
  putBack({ positions }: Batch): void {
    this.#returned.push(...positions);
  }

  get #first(): number {
    return this.#returned[0] ?? this.#next;
  }
}
