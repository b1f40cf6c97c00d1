/** Resolves after so many milliseconds, at once for none; rejects with the signal's reason when it aborts. */
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

/** Never resolves; rejects with the signal's reason when it aborts. */
export function waitForAbort(signal?: AbortSignal): Promise<never> {
  if (signal?.aborted) return Promise.reject(reasonOf(signal));
  return new Promise((_, reject) => {
    signal?.addEventListener("abort", () => reject(reasonOf(signal)), { once: true });
  });
}

function reasonOf(signal: AbortSignal): Error {
  // The caller's own reason is passed on as it is, also when it is no Error: that is fetch's contract.
  return signal.reason as Error;
}
