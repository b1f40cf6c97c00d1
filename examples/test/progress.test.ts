import { expect, it, vi } from "vitest";
import { withProgress } from "../kit/progress.js";

/** Returns the output in a terminal of work that takes `ms` milliseconds. */
async function shown(ms: number): Promise<string> {
  const writes: string[] = [];
  const write = vi
    .spyOn(process.stderr, "write")
    .mockImplementation((text) => Boolean(writes.push(String(text))));
  const { isTTY } = process.stderr;
  process.stderr.isTTY = true;
  vi.useFakeTimers();
  const work = withProgress("Embedding", async (onProgress) => {
    onProgress({ done: 1, total: 4 });
    await new Promise((resolve) => setTimeout(resolve, ms));
  });
  await vi.advanceTimersByTimeAsync(ms);
  await work;
  vi.useRealTimers();
  write.mockRestore();
  process.stderr.isTTY = isTTY;
  return writes.join("");
}

it("shows no progress bar for work of less than two seconds", async () => {
  expect(await shown(1900)).not.toContain("Embedding");
});

it("shows a progress bar with share, speed and remaining time for work of more than two seconds", async () => {
  expect(await shown(3000)).toMatch(/Embedding .*1 of 4 · \d+\/s · .* left/);
});
