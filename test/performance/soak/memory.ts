/** Whether memory stays what it was. */

/** What a run may have more at its end than after its beginning, in bytes: noise, not a leak. */
const NOISE = 12e6;

export class Memory {
  readonly #samples: number[] = [];

  /** Collects what is garbage and looks at what is left; node has to run with `--expose-gc`. */
  sample(): void {
    if (!globalThis.gc)
      throw new Error("Cannot watch memory: node runs without --expose-gc; use npm run soak");
    globalThis.gc();
    this.#samples.push(process.memoryUsage().heapUsed);
  }

  /** Megabytes in the first third, and in the last. The very first samples are of code that is still being compiled. */
  report(): { firstMB: number; lastMB: number; samples: number } {
    const warm = this.#samples.slice(Math.ceil(this.#samples.length / 10));
    const third = Math.max(1, Math.floor(warm.length / 3));
    const [first, last] = [median(warm.slice(0, third)), median(warm.slice(-third))];
    return { firstMB: megabytes(first), lastMB: megabytes(last), samples: this.#samples.length };
  }

  problems(): string[] {
    const { firstMB, lastMB } = this.report();
    return lastMB - firstMB > NOISE / 1e6 ? [`memory grew from ${firstMB} to ${lastMB} MB`] : [];
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e5) / 10;
}
