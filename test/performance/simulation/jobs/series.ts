/** Runs many random jobs, one after another. */

import { runJob, type JobReport } from "./job.js";

/** The totals of all jobs. */
export interface SeriesReport {
  readonly jobs: number;
  readonly calls: number;
  readonly requests: number;
  readonly texts: number;
  readonly virtualHours: number;
  /** The number of calls per kind of ending. */
  readonly endings: Readonly<Record<string, number>>;
  /** One line per job with problems: the command that reproduces it, and the first problem. */
  readonly failures: readonly string[];
}

/**
 * Runs jobs with consecutive seeds.
 *
 * @param seed - Seed of the first job.
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
