/** Writes lines with vectors to a stream: in large pieces, in order, and no faster than the stream accepts them. */

import type { Writable } from "node:stream";
import { appendVector, MAX_NUMBER_BYTES, type Block } from "./vector-text.js";

/** Holds what a usual request brings: 128 vectors of 1,024 numbers. */
const BLOCK_BYTES = 2048 * 1024;
/** Blocks that are compressed or written, while the next one is filled. */
const MAX_PENDING_BLOCKS = 16;

/** The text after the fields of the input. */
export const EMBEDDING_START = Buffer.from(',"embedding":[');
/** How each line ends, before its line break. */
export const EMBEDDING_END = Buffer.from("]}");
const LINE_END = Buffer.from("]}\n");

export interface LineWriterOptions {
  /** Compresses whole lines; without it, they are written as they are. */
  readonly encode?: ((lines: Buffer) => Promise<Buffer>) | undefined;
  /** Lines that a killed process may lose: those appended, but not yet accepted by the stream. */
  readonly maxPendingLines: number;
  /** Receives the first error of the stream. */
  readonly onFailure: (error: unknown) => void;
}

export class LineWriter {
  /** Lines that the stream has accepted. */
  written = 0;
  readonly #stream: Writable;
  readonly #options: LineWriterOptions;
  #block = createBlock(BLOCK_BYTES);
  /** Lines in the block. */
  #lines = 0;
  /** Lines in the block and in all pending blocks. */
  #pendingLines = 0;
  #isFlushScheduled = false;
  readonly #freeBlocks: Block[] = [];
  /** Each settles when its block, and all blocks before it, are written. */
  readonly #pending: Promise<void>[] = [];

  constructor(stream: Writable, options: LineWriterOptions) {
    this.#stream = stream;
    this.#options = options;
    // Each write reports its error. Without a listener, the event would end the process.
    stream.on("error", () => {});
  }

  /** Appends a line: the fields of the input, and the vector. It is written at the end of this turn of the event loop. */
  append(head: Buffer, vector: Float32Array): void {
    const block = this.#blockFor(
      head.length + EMBEDDING_START.length + vector.length * MAX_NUMBER_BYTES + LINE_END.length,
    );
    appendBytes(block, head);
    appendBytes(block, EMBEDDING_START);
    appendVector(block, vector);
    appendBytes(block, LINE_END);
    this.#lines += 1;
    this.#pendingLines += 1;
    this.#scheduleFlush();
  }

  /** Waits while the stream is slower than the lines come. @throws the error of the stream. */
  async space(): Promise<void> {
    while (this.#isFull) {
      if (this.#pending.length === 0) this.#flush();
      await this.#pending[0];
    }
  }

  get #isFull(): boolean {
    return this.#pending.length >= MAX_PENDING_BLOCKS || this.#pendingLines >= this.#options.maxPendingLines;
  }

  /** Waits until all lines are written. @throws the error of the stream. */
  async drained(): Promise<void> {
    this.#flush();
    await this.#pending.at(-1);
  }

  /** Returns a block with so much space. */
  #blockFor(bytes: number): Block {
    if (this.#block.bytes.length - this.#block.length >= bytes) return this.#block;
    this.#flush();
    if (this.#block.bytes.length < bytes) this.#block = createBlock(bytes);
    return this.#block;
  }

  /** Vectors come by the batch, in one turn. A line must not wait for the next batch: a killed process would lose it. */
  #scheduleFlush(): void {
    if (this.#isFlushScheduled) return;
    this.#isFlushScheduled = true;
    setImmediate(() => {
      this.#isFlushScheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#lines === 0) return;
    const [block, lines] = [this.#block, this.#lines];
    this.#block = this.#freeBlocks.pop() ?? createBlock(BLOCK_BYTES);
    this.#lines = 0;
    const done = this.#write(block, lines, this.#pending.at(-1));
    this.#pending.push(done);
    done.catch(this.#options.onFailure);
  }

  /** Writes a block after the one before it. Several may be compressed at the same time. */
  async #write(block: Block, lines: number, previous: Promise<void> | undefined): Promise<void> {
    const bytes = block.bytes.subarray(0, block.length);
    const [data] = await Promise.all([this.#options.encode?.(bytes) ?? bytes, previous]);
    await write(this.#stream, data);
    this.written += lines;
    this.#pendingLines -= lines;
    block.length = 0;
    if (block.bytes.length === BLOCK_BYTES) this.#freeBlocks.push(block);
    void this.#pending.shift();
  }
}

function createBlock(size: number): Block {
  const bytes = Buffer.allocUnsafeSlow(size);
  return { bytes, view: new DataView(bytes.buffer), length: 0 };
}

function appendBytes(block: Block, bytes: Buffer): void {
  block.length += bytes.copy(block.bytes, block.length);
}

function write(stream: Writable, data: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(data, (error) => (error ? reject(error) : resolve()));
  });
}
