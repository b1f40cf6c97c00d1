import { vi } from "vitest";

/** What a call fails with, without the delays between its attempts. */
export async function impatient(call: () => Promise<unknown>): Promise<unknown> {
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
