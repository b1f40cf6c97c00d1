/** Cuts a source into chunks and works on several of them at once, in order and in bounded memory. */

import { onAbort } from "../abort.js";
import { cannot } from "../errors/together-error.js";

/** How a source is cut, and what is done with a chunk. */
export interface ChunkOptions<Result> {
  /** Returns how many items the next chunk holds. */
  readonly size: () => number;
  /** Returns how many chunks may be in progress at once. */
  readonly ahead: () => number;
  readonly signal: AbortSignal;
  readonly task: string;
  /** @param first - The index in the source of the chunk's first item. */
  readonly run: (items: string[], first: number) => Promise<Result>;
}

/** The result of one chunk. */
export interface Chunk<Result> {
  readonly result: Result;
  /** Items read from the source so far. */
  readonly read: number;
}

/** After a pause of the source this long, a chunk is run although it is not full. */
const LINGER_MS = 100;

/**
 * Yields the result of each chunk, in order. At most `ahead` chunks are in progress or wait to be yielded, and nothing
 * is read beyond them. Leaving the loop early closes the source.
 */
export async function* readChunks<Result>(
  source: Iterable<string> | AsyncIterable<string>,
  options: ChunkOptions<Result>,
): AsyncGenerator<Chunk<Result>, void, undefined> {
  const reader = new ChunkReader(source, options.task);
  const running: Promise<Result>[] = [];
  try {
    for (;;) {
      const items =
        running.length < options.ahead() ? await reader.readChunk(options, running[0]) : undefined;
      if (items && items.length > 0) {
        const result = options.run(items, reader.read - items.length);
        result.catch(() => {}); // Awaited later; until then its failure must not count as unhandled.
        running.push(result);
        continue;
      }
      const result = running.shift();
      if (!result) return;
      yield await resultOf(result, reader, options.signal);
    }
  } catch (error) {
    // An error of the source's clean-up would hide this one.
    await reader.close(options.signal).catch(() => {});
    throw error;
  } finally {
    await reader.close(options.signal);
  }
}

/** Yields nothing after an abort, not even a result that was ready before. */
async function resultOf<Result>(
  running: Promise<Result>,
  { read }: ChunkReader,
  signal: AbortSignal,
): Promise<Chunk<Result>> {
  const result = await running;
  signal.throwIfAborted();
  return { result, read };
}

/** Reads a source chunk by chunk. */
class ChunkReader {
  /** Items handed out so far. */
  read = 0;
  readonly #iterator: Iterator<string> | AsyncIterator<string>;
  #pending: Promise<IteratorResult<string>> | undefined;
  #items: string[] = [];
  #ended = false;

  constructor(source: Iterable<string> | AsyncIterable<string>, task: string) {
    if (typeof source === "object" && source !== null && Symbol.asyncIterator in source) {
      this.#iterator = source[Symbol.asyncIterator]();
    } else if (typeof source === "object" && source !== null && Symbol.iterator in source) {
      this.#iterator = source[Symbol.iterator]();
    } else {
      throw cannot(
        "invalid_input",
        task,
        "the source is not iterable",
        "pass an array, a generator or a stream",
      );
    }
  }

  /**
   * Reads the next chunk: full, or shorter if the source ends or pauses. It is empty if `head`, the result to be
   * yielded next, is ready before the chunk is.
   */
  async readChunk(options: ChunkOptions<unknown>, head: Promise<unknown> | undefined): Promise<string[]> {
    const size = options.size();
    const interruption = new SourceInterruption(options.signal, head);
    try {
      while (!this.#ended && this.#items.length < size) {
        const step = await this.#step(interruption);
        if (step === "head is ready") return [];
        if (step === "time is up") break;
        if (step.done) this.#ended = true;
        else this.#items.push(step.value);
      }
    } finally {
      interruption.clear();
    }
    const items = this.#items.splice(0, size);
    this.read += items.length;
    return items;
  }

  /** Lets the source clean up. Does not wait for a source that still owes a text, nor after an abort. */
  async close(signal: AbortSignal): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    const closed = Promise.resolve(this.#iterator.return?.());
    closed.catch(() => {});
    if (this.#pending || signal.aborted) return;
    const interruption = new SourceInterruption(signal, undefined);
    await Promise.race([closed, interruption.promise(false)]).finally(() => interruption.clear());
  }

  async #step(interruption: SourceInterruption): Promise<IteratorResult<string> | Interruption> {
    const next = this.#pending ?? this.#iterator.next();
    // Not `instanceof`: the Promise of a test runner is another class than that of Node's streams.
    if (!("then" in next)) return next;
    this.#pending = next;
    const step = await Promise.race([next, interruption.promise(this.#items.length > 0)]);
    if (typeof step !== "string") this.#pending = undefined;
    return step;
  }
}

type Interruption = "head is ready" | "time is up";

/** Waits for what can come before a chunk is full: an abort, a pause of the source, or a result to be yielded. */
class SourceInterruption {
  readonly #signal: AbortSignal;
  readonly #head: Promise<unknown> | undefined;
  #interrupted: Promise<Interruption> | undefined;
  #resolve: (interruption: Interruption) => void = () => {};
  #timer: ReturnType<typeof setTimeout> | undefined;
  #unlink = (): void => {};

  constructor(signal: AbortSignal, head: Promise<unknown> | undefined) {
    signal.throwIfAborted();
    this.#signal = signal;
    this.#head = head;
  }

  /**
   * Created when the source returns the first promise that is not settled; many sources never do.
   *
   * @param lingering - Whether there are items to send. Without any, the source may take as long as it needs.
   */
  promise(lingering: boolean): Promise<Interruption> {
    this.#interrupted ??= new Promise((resolve, reject) => {
      const headIsReady = (): void => resolve("head is ready");
      this.#resolve = resolve;
      this.#unlink = onAbort(this.#signal, () => reject(this.#signal.reason));
      this.#head?.then(headIsReady, headIsReady);
    });
    if (lingering) this.#timer ??= setTimeout(() => this.#resolve("time is up"), LINGER_MS);
    return this.#interrupted;
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#unlink();
    this.#interrupted?.catch(() => {});
  }
}
