/** Resolves after `ms` milliseconds, at once for 0. Rejects with the signal's reason if it aborts. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.reject(reasonOf(signal));
  if (!(ms > 0)) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, ms);
    const abort = (): void => {
      clearTimeout(timer);
      reject(reasonOf(signal as AbortSignal));
    };
    signal?.addEventListener("abort", abort, { once: true });
  });
}

/** Never resolves. Rejects with the signal's reason if it aborts. */
export function waitForAbort(signal?: AbortSignal): Promise<never> {
  if (signal?.aborted) return Promise.reject(reasonOf(signal));
  return new Promise((_, reject) => {
    signal?.addEventListener("abort", () => reject(reasonOf(signal)), { once: true });
  });
}

function reasonOf(signal: AbortSignal): Error {
  // `fetch` rejects with the caller's reason unchanged, even if it is not an Error.
  return signal.reason as Error;
}
