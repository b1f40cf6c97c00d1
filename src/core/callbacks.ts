/** Calls functions that the user passes. A rejected promise that nothing handles would end the process. */

import { untilAbort } from "./abort.js";
import type { Progress } from "./call-options.js";

/** Whether a callback returned a promise. From then on, a rejection of that promise counts as handled. */
export function isHandledPromise(returned: unknown): returned is PromiseLike<unknown> {
  if (typeof (returned as PromiseLike<unknown> | null | undefined)?.then !== "function") return false;
  Promise.resolve(returned).catch(() => {});
  return true;
}

/**
 * Reports progress, and waits for the promise of an async callback.
 *
 * @throws what the callback throws or rejects with; the signal's reason if it is aborted during the wait.
 */
export async function reportProgress(
  onProgress: ((progress: Progress) => unknown) | undefined,
  progress: Progress,
  signal: AbortSignal | undefined,
): Promise<void> {
  const returned = onProgress?.(progress);
  if (isHandledPromise(returned)) await (signal ? untilAbort(Promise.resolve(returned), signal) : returned);
}

/** Reports progress without waiting. The first report that fails aborts the work, and fails the call. */
export class ProgressReports {
  readonly #onProgress: ((progress: Progress) => unknown) | undefined;
  readonly #signal: AbortSignal | undefined;
  readonly #work: AbortController;
  readonly #reports: Promise<void>[] = [];

  constructor(
    onProgress: ((progress: Progress) => unknown) | undefined,
    signal: AbortSignal | undefined,
    work: AbortController,
  ) {
    this.#onProgress = onProgress;
    this.#signal = signal;
    this.#work = work;
  }

  add(progress: Progress): void {
    if (!this.#onProgress) return;
    const report = reportProgress(this.#onProgress, progress, this.#signal);
    report.catch((error: unknown) => this.#work.abort(error));
    this.#reports.push(report);
  }

  /** Ends when all reports have ended. @throws what the first failed one throws */
  async settled(): Promise<void> {
    await Promise.all(this.#reports);
  }
}
