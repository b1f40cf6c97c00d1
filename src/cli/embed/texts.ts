/** Gives the texts of the input to the embedder, and keeps each line until its vector is there. */

import { parseInputLine } from "./input-line.js";
import type { LineGroup } from "./read-lines.js";
import type { MalformedLine } from "./scan.js";

/** A line of the input whose vector is not there yet. */
export interface PendingLine {
  readonly number: number;
  readonly head: Buffer;
}

export interface TextsOptions {
  readonly field: string;
  /** Lines up to this number are in the output. */
  readonly after: number;
  /**
   * Receives a line that cannot be embedded, as it is in the input.
   *
   * @returns whether to skip it. Otherwise the texts end before it.
   */
  readonly onMalformed: (line: MalformedLine, bytes: Buffer) => boolean;
}

/** Lines are read ahead of their vectors, but not more bytes than this. */
const MAX_PENDING_BYTES = 64 * 1024 * 1024;

export class Texts {
  readonly #pending = new Map<number, PendingLine>();
  #bytes = 0;
  #index = 0;
  #onSpace: (() => void) | undefined;

  /** Reads the texts, for a stream of embeddings. */
  async *read(
    input: AsyncIterable<LineGroup>,
    { field, after, onMalformed }: TextsOptions,
  ): AsyncGenerator<string, void, undefined> {
    for await (const { lines } of input) {
      for (const { number, bytes } of lines) {
        if (number <= after) continue;
        const line = parseInputLine(bytes, field, number === 1);
        if (line.kind === "malformed" && !onMalformed({ number, problem: line.problem }, bytes)) return;
        if (line.kind !== "text") continue;
        if (this.#bytes > MAX_PENDING_BYTES) await this.#space();
        this.#pending.set(this.#index++, { number, head: line.head });
        this.#bytes += line.head.length;
        yield line.text;
      }
    }
  }

  /** Returns the line of the text with this index, whose vector is there or has failed. */
  line(index: number): PendingLine {
    return this.#pending.get(index) as PendingLine;
  }

  /** Removes a line that has its vector. */
  remove(index: number): void {
    this.#bytes -= this.line(index).head.length;
    this.#pending.delete(index);
    if (this.#bytes <= MAX_PENDING_BYTES) this.#onSpace?.();
  }

  /** Waits for vectors. The embedder sends the texts that it has meanwhile, so these come. */
  #space(): Promise<void> {
    return new Promise((resolve) => {
      this.#onSpace = resolve;
    });
  }
}
