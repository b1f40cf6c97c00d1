/**
 * Listeners for abort signals. One signal may abort a hundred requests, but Node prints a warning about a leak at the
 * eleventh listener of a signal (20.20, 2026-11).
 */

const listenersOf = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls back when a signal is aborted, or at once if it already is. All callbacks share one listener on the signal.
 *
 * @returns a function that removes the callback.
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  if (signal.aborted) {
    callback();
    return () => {};
  }
  const listeners = listenersOf.get(signal) ?? listen(signal);
  listeners.add(callback);
  return () => void listeners.delete(callback);
}

function listen(signal: AbortSignal): Set<() => void> {
  const listeners = new Set<() => void>();
  listenersOf.set(signal, listeners);
  signal.addEventListener("abort", () => {
    for (const callback of listeners) callback();
  });
  return listeners;
}

/** Creates a controller that is also aborted by the caller's signal, until `unlink` is called. */
export function linkedAbortController(signal: AbortSignal | undefined): {
  controller: AbortController;
  unlink: () => void;
} {
  const controller = new AbortController();
  const unlink = signal ? onAbort(signal, () => controller.abort(signal.reason)) : () => {};
  return { controller, unlink };
}

/** Settles like `work`, or rejects with the signal's reason when the signal is aborted first. */
export function untilAbort<Value>(work: PromiseLike<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise<Value>((resolve, reject) => {
    const unlink = onAbort(signal, () => reject(signal.reason));
    work.then(resolve, reject).then(unlink);
  });
}

/** Waits for a time, and rejects with the signal's reason when the signal is aborted during the wait. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0 || signal.aborted) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const unlink = onAbort(signal, () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
    const timer = setTimeout(() => {
      unlink();
      resolve();
    }, ms);
  });
}
