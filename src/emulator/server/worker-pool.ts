import { ApiError, defaultError } from "../api-error.js";

/** Lets so many tasks run at a time; the others wait in the order they came. */
export class WorkerPool {
  #busy = 0;
  #waiting: (() => void)[] = [];

  constructor(
    private readonly count: number,
    private readonly maxQueue: number,
  ) {}

  /** @throws {ApiError} 503, if the queue is full. */
  async run<Result>(task: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    if (this.#busy >= this.count) await this.#turn(signal);
    else this.#busy++;
    try {
      return await task();
    } finally {
      // A worker that is free goes straight to the next in line: nobody can slip in between.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#busy--;
    }
  }

  #turn(signal?: AbortSignal): Promise<void> {
    if (this.#waiting.length >= this.maxQueue) throw new ApiError(503, defaultError(503).message);
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        signal?.removeEventListener("abort", leave);
        resolve();
      };
      const leave = (): void => {
        this.#waiting = this.#waiting.filter((other) => other !== begin);
        reject(signal?.reason as Error);
      };
      if (signal?.aborted) return leave();
      signal?.addEventListener("abort", leave, { once: true });
      this.#waiting.push(begin);
    });
  }
}
