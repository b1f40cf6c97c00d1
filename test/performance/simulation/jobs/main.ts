/** `npm run simulate -- --jobs`: runs random jobs, and prints those with problems. */

import { Presets, SingleBar } from "cli-progress";
import { runSeries } from "./series.js";

/** Runs jobs and prints their totals. @returns the exit code. */
export async function runJobs(jobs: number, seed: number): Promise<0 | 1> {
  const bar = new SingleBar({ noTTYOutput: false, clearOnComplete: true }, Presets.shades_classic);
  const startedAt = performance.now();
  bar.start(jobs, 0);
  const { failures, ...report } = await runSeries(jobs, seed, () => bar.increment());
  bar.stop();
  console.log({ ...report, seconds: Math.round((performance.now() - startedAt) / 1000) });
  for (const failure of failures) console.log(failure);
  console.log(failures.length === 0 ? "no job failed" : `${failures.length} jobs failed`);
  return failures.length === 0 ? 0 : 1;
}
