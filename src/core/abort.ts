/**
 * Listening to abort signals without wearing them out: Node warns of a leak at the eleventh listener of a signal
 * (20.20, 2026-11), and one signal may well end a hundred requests.
 */

const listenersOf = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls back when a signal is aborted, at once if it already is. However many listen, the signal itself sees one
 * listener.
 *
 * @returns takes the callback off again.
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

/** A controller that a caller's signal aborts as well; `unlink` ends that. */
export function linkedAbortController(signal: AbortSignal | undefined): {
  controller: AbortController;
  unlink: () => void;
} {
  const controller = new AbortController();
  if (!signal) return { controller, unlink: () => {} };
  return { controller, unlink: onAbort(signal, () => controller.abort(signal.reason)) };
}

/** Waits, and stops waiting at once when aborted. */
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
