/** Determines whether memory grows. */

/** The largest growth in bytes that counts as noise, and not as a leak. */
const NOISE_BYTES = 12e6;

export class Memory {
  readonly #samples: number[] = [];

  /** Collects garbage and records the size of the heap. Needs `node --expose-gc`. */
  sample(): void {
    if (!globalThis.gc)
      throw new Error("Cannot watch memory: node runs without --expose-gc; use npm run soak");
    globalThis.gc();
    this.#samples.push(process.memoryUsage().heapUsed);
  }

  /** Returns the megabytes of the first and the last third. The first tenth is left out: code is compiled then. */
  report(): { firstMB: number; lastMB: number; samples: number } {
    const warm = this.#samples.slice(Math.ceil(this.#samples.length / 10));
    const third = Math.max(1, Math.floor(warm.length / 3));
    const [first, last] = [median(warm.slice(0, third)), median(warm.slice(-third))];
    return { firstMB: megabytes(first), lastMB: megabytes(last), samples: this.#samples.length };
  }

  problems(): string[] {
    const { firstMB, lastMB } = this.report();
    return lastMB - firstMB > NOISE_BYTES / 1e6 ? [`memory grew from ${firstMB} to ${lastMB} MB`] : [];
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e5) / 10;
}
