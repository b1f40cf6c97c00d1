/** Splits a source into chunks and processes several of them at once, in order and in bounded memory. */

import { untilAbort } from "../abort.js";
import { cannot } from "../errors/together-error.js";

/** How a source is split, and how a chunk is processed. */
export interface ChunkOptions<Result> {
  /** Returns how many items the next chunk holds. */
  readonly size: () => number;
  /** Returns how many chunks may be in progress at once. */
  readonly ahead: () => number;
  /** Whether a pause of the source delays a chunk that is not full. By default it is run after {@link LINGER_MS}. */
  readonly waitsForFullChunks?: boolean;
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
      const head = running.shift();
      if (!head) return;
      const result = await head;
      // Nothing is yielded after an abort, not even a result that was ready before.
      options.signal.throwIfAborted();
      yield { result, read: reader.read };
    }
  } catch (error) {
    // An error of the source's clean-up would hide this one.
    await reader.close(options.signal).catch(() => {});
    throw error;
  } finally {
    await reader.close(options.signal);
  }
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
    const iterable: Partial<Iterable<string> & AsyncIterable<string>> =
      typeof source === "object" && source !== null ? source : {};
    const method = iterable[Symbol.asyncIterator] ? Symbol.asyncIterator : Symbol.iterator;
    const iterator = typeof iterable[method] === "function" ? iterable[method]() : undefined;
    if (!iterator) {
      throw cannot(
        "invalid_input",
        task,
        "the source is not iterable",
        "pass an array, a generator or a stream",
      );
    }
    this.#iterator = iterator;
  }

  /**
   * Reads the next chunk: full, or shorter if the source ends or pauses. It is empty if `head`, the next result, is
   * ready first.
   */
  async readChunk(
    { size, signal, waitsForFullChunks = false }: ChunkOptions<unknown>,
    head: Promise<unknown> | undefined,
  ): Promise<string[]> {
    const length = size();
    signal.throwIfAborted();
    const wait = startWait(head, signal);
    try {
      while (!this.#ended && this.#items.length < length) {
        const next = this.#pending ?? this.#iterator.next();
        // Not `instanceof`: the Promise of a test runner is another class than that of Node's streams.
        const step = "then" in next ? await this.#promised(next, wait, waitsForFullChunks) : next;
        if (step === "head") return [];
        if (step === "pause") break;
        if (step.done) this.#ended = true;
        else this.#items.push(step.value);
      }
    } finally {
      wait.end();
    }
    const items = this.#items.splice(0, length);
    this.read += items.length;
    return items;
  }

  /** Waits for an item or an interruption. Without items to send, the wait for the source has no limit. */
  async #promised(
    next: Promise<IteratorResult<string>>,
    wait: Wait,
    waitsForFullChunks: boolean,
  ): Promise<IteratorResult<string> | Interruption> {
    this.#pending = next;
    if (this.#items.length > 0 && !waitsForFullChunks) wait.startTimer();
    const step = await Promise.race([next, wait.interrupted]);
    if (typeof step !== "string") this.#pending = undefined;
    return step;
  }

  /** Closes the source. Does not wait for a source that is pending, nor after an abort. */
  async close(signal: AbortSignal): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    const closed = Promise.resolve(this.#iterator.return?.());
    closed.catch(() => {});
    if (this.#pending || signal.aborted) return;
    await untilAbort(closed, signal);
  }
}

/** Interrupts the wait for a full chunk: the next result is ready, or the source pauses. */
type Interruption = "head" | "pause";

/** The wait for a full chunk. */
interface Wait {
  /** Rejects with the signal's reason after an abort. */
  readonly interrupted: Promise<Interruption>;
  /** Starts the timer: a pause of {@link LINGER_MS} interrupts the wait. Has an effect once. */
  startTimer(): void;
  /** Removes the timer and the listener for an abort. */
  end(): void;
}

function startWait(head: Promise<unknown> | undefined, signal: AbortSignal): Wait {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let interrupt!: (by: Interruption) => void;
  const interrupted = untilAbort(new Promise<Interruption>((resolve) => (interrupt = resolve)), signal);
  interrupted.catch(() => {});
  const headIsReady = (): void => interrupt("head");
  head?.then(headIsReady, headIsReady);
  return {
    interrupted,
    startTimer: () => {
      timer ??= setTimeout(() => interrupt("pause"), LINGER_MS);
    },
    end: () => {
      clearTimeout(timer);
      interrupt("pause");
    },
  };
}
