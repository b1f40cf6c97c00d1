import { expect, it, vi } from "vitest";
import { withProgress } from "../kit/progress.js";

/** What a terminal would show of work that takes so many milliseconds. */
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

it("work of less than two seconds shows no bar", async () => {
  expect(await shown(1900)).not.toContain("Embedding");
});

it("work of more than two seconds shows a bar with how far it is, how fast, and how long still", async () => {
  expect(await shown(3000)).toMatch(/Embedding .*1 of 4 · \d+\/s · .* left/);
});
