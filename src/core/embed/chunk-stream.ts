/** Runs a source through something that works on lists: some chunks ahead, in order, in bounded memory. */

import { onAbort } from "../abort.js";
import { cannot } from "../errors/together-error.js";

/** How a stream is cut and run. */
export interface ChunkOptions<Result> {
  /** Items in the next chunk. */
  readonly size: () => number;
  /** Chunks that may be under way at once. */
  readonly ahead: number;
  readonly signal: AbortSignal;
  readonly task: string;
  /** @param first - The index in the source of the chunk's first item. */
  readonly run: (items: string[], first: number) => Promise<Result>;
}

/** What became of one chunk. */
export interface Chunk<Result> {
  readonly result: Result;
  /** Items read from the source so far. */
  readonly read: number;
}

/** A chunk leaves after this long although it is not full: a source that pauses does not hold back what it gave. */
const LINGER_MS = 100;

/**
 * Yields the result of each chunk, in order. No more than `ahead` chunks are under way or waiting to be taken, and
 * nothing is read beyond them. Ending early closes the source.
 */
export async function* chunks<Result>(
  source: Iterable<string> | AsyncIterable<string>,
  options: ChunkOptions<Result>,
): AsyncGenerator<Chunk<Result>, void, undefined> {
  const reader = new Reader(source, options.task);
  const running: Promise<Result>[] = [];
  try {
    for (;;) {
      const items = running.length < options.ahead ? await reader.next(options, running[0]) : undefined;
      if (items && items.length > 0) {
        const result = options.run(items, reader.read - items.length);
        result.catch(() => {}); // It is awaited in its turn; until then a failure is not unhandled.
        running.push(result);
        continue;
      }
      const result = running.shift();
      if (!result) return;
      yield await resultOf(result, reader, options.signal);
    }
  } catch (error) {
    // What the source's clean-up may throw besides would hide it.
    await reader.close(options.signal).catch(() => {});
    throw error;
  } finally {
    await reader.close(options.signal);
  }
}

/** Nothing is yielded after an abort, not even what was ready before. */
async function resultOf<Result>(
  running: Promise<Result>,
  { read }: Reader,
  signal: AbortSignal,
): Promise<Chunk<Result>> {
  const result = await running;
  signal.throwIfAborted();
  return { result, read };
}

/** Reads a source chunk by chunk. */
class Reader {
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
   * The next chunk: full, or what there is when the source ends or pauses. Empty if `head`, the result that is to be
   * yielded next, is ready before the chunk is.
   */
  async next(options: ChunkOptions<unknown>, head: Promise<unknown> | undefined): Promise<string[]> {
    const size = options.size();
    const wait = new Wait(options.signal, head);
    try {
      while (!this.#ended && this.#items.length < size) {
        const step = await this.#step(wait);
        if (step === "head is ready") return [];
        if (step === "time is up") break;
        if (step.done) this.#ended = true;
        else this.#items.push(step.value);
      }
    } finally {
      wait.clear();
    }
    const items = this.#items.splice(0, size);
    this.read += items.length;
    return items;
  }

  /** Lets the source clean up, without waiting for one that hangs: whose next text is due, or when aborted. */
  async close(signal: AbortSignal): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    const closed = Promise.resolve(this.#iterator.return?.());
    closed.catch(() => {});
    if (this.#pending || signal.aborted) return;
    const wait = new Wait(signal, undefined);
    await Promise.race([closed, wait.interruption(false)]).finally(() => wait.clear());
  }

  async #step(wait: Wait): Promise<IteratorResult<string> | Interruption> {
    const next = this.#pending ?? this.#iterator.next();
    // Not `instanceof`: a test runner's Promise is another one than that of Node's own streams.
    if (!("then" in next)) return next;
    this.#pending = next;
    const step = await Promise.race([next, wait.interruption(this.#items.length > 0)]);
    if (typeof step !== "string") this.#pending = undefined;
    return step;
  }
}

type Interruption = "head is ready" | "time is up";

/** What may come before a chunk is full: an abort, a pause too long, or a result to be yielded. */
class Wait {
  readonly #signal: AbortSignal;
  readonly #head: Promise<unknown> | undefined;
  #promise: Promise<Interruption> | undefined;
  #resolve: (interruption: Interruption) => void = () => {};
  #timer: ReturnType<typeof setTimeout> | undefined;
  #unlink = (): void => {};

  constructor(signal: AbortSignal, head: Promise<unknown> | undefined) {
    signal.throwIfAborted();
    this.#signal = signal;
    this.#head = head;
  }

  /**
   * Begun when the source first lets us wait: most never do.
   *
   * @param lingering - There are items that would leave; without any, a source may take all the time it needs.
   */
  interruption(lingering: boolean): Promise<Interruption> {
    this.#promise ??= new Promise((resolve, reject) => {
      const headIsReady = (): void => resolve("head is ready");
      this.#resolve = resolve;
      this.#unlink = onAbort(this.#signal, () => reject(this.#signal.reason));
      this.#head?.then(headIsReady, headIsReady);
    });
    if (lingering) this.#timer ??= setTimeout(() => this.#resolve("time is up"), LINGER_MS);
    return this.#promise;
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#unlink();
    this.#promise?.catch(() => {});
  }
}
