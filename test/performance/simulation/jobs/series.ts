/** Runs many random jobs, one after another. */

import { runJob, type JobReport } from "./job.js";

/** What came of all of them. */
export interface SeriesReport {
  readonly jobs: number;
  readonly calls: number;
  readonly requests: number;
  readonly texts: number;
  readonly virtualHours: number;
  /** How the calls ended, and how many of them. */
  readonly endings: Readonly<Record<string, number>>;
  /** A line for each job with problems, the first of which reproduces it. */
  readonly failures: readonly string[];
}

/**
 * @param seed - Of the first job; the next has the next.
 * @param onJob - Called after each job.
 */
export async function runSeries(
  jobs: number,
  seed: number,
  onJob: (report: JobReport) => void = () => {},
): Promise<SeriesReport> {
  const sums = { calls: 0, requests: 0, texts: 0, virtualMs: 0 };
  const endings: Record<string, number> = {};
  const failures: string[] = [];
  for (let job = 0; job < jobs; job++) {
    const report = await runJob(seed + job);
    sums.calls += report.endings.length;
    sums.requests += report.requests;
    sums.texts += report.texts;
    sums.virtualMs += report.elapsedMs || 0;
    for (const ending of report.endings) endings[ending] = (endings[ending] ?? 0) + 1;
    if (report.problems.length > 0) failures.push(failureLine(report));
    onJob(report);
  }
  const { virtualMs, ...counts } = sums;
  return { jobs, ...counts, virtualHours: Math.round(virtualMs / 36_000) / 100, endings, failures };
}

function failureLine({ seed, problems }: JobReport): string {
  const [first] = problems;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
  return `npm run simulate -- --jobs 1 --seed ${seed}   # ${first}${more}`;
}
