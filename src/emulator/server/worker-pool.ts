/** Runs at most `count` tasks concurrently. Further tasks queue in the order of their arrival. */
export class WorkerPool {
  #busy = 0;
  #queue: (() => void)[] = [];

  constructor(
    private readonly count: number,
    private readonly maxQueue: number,
  ) {}

  /** Whether a task that arrives now would exceed `maxQueue`. */
  get isFull(): boolean {
    return this.#busy >= this.count && this.#queue.length >= this.maxQueue;
  }

  /**
   * Runs a task, also if the queue is full: the caller has to check `isFull` first.
   *
   * @throws the signal's reason if it aborts in the queue.
   */
  async run<Result>(task: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    if (this.#busy >= this.count) await this.#waitInQueue(signal);
    else this.#busy++;
    try {
      return await task();
    } finally {
      // The worker stays busy and starts the next task directly, so that no new task can take its place.
      const next = this.#queue.shift();
      if (next) next();
      else this.#busy--;
    }
  }

  #waitInQueue(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const start = (): void => {
        signal?.removeEventListener("abort", leave);
        resolve();
      };
      const leave = (): void => {
        this.#queue = this.#queue.filter((other) => other !== start);
        reject(signal?.reason as Error);
      };
      if (signal?.aborted) return leave();
      signal?.addEventListener("abort", leave, { once: true });
      this.#queue.push(start);
    });
  }
}
