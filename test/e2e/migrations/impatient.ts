import { vi } from "vitest";

/** Returns the error of a call, without the delays between its attempts. */
export async function errorWithoutDelays(call: () => Promise<unknown>): Promise<unknown> {
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  try {
    const failing = call().catch((error: unknown) => error);
    const ended = failing.then(() => true);
    while (!(await Promise.race([ended, vi.advanceTimersByTimeAsync(1000).then(() => false)])));
    return await failing;
  } finally {
    vi.useRealTimers();
  }
}
