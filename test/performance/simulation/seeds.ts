/** Runs a scenario with as many seeds as its outcome needs, and averages the runs. */

import { runScenario, type Outcome } from "./run.js";
import type { Scenario } from "./scenarios.js";

/** The outcome of one seed. */
export type Run = Omit<Outcome, "log">;

/**
 * Runs a scenario with `count` seeds, or once if its outcome does not depend on chance.
 *
 * The outcome does not depend on chance if the first two seeds send the same requests at the same milliseconds and
 * receive the same responses.
 *
 * @param first - The first seed; the others follow it.
 */
export async function runSeeds(scenario: Scenario, first: number, count: number): Promise<Run[]> {
  const outcomes = [await runScenario(scenario, first)];
  const end = first + count * (scenario.seedFactor ?? 1);
  for (let seed = first + 1; seed < end; seed++) {
    outcomes.push(await runScenario(scenario, seed));
    const [one, other] = outcomes as [Outcome, Outcome];
    if (outcomes.length === 2 && sameRequests(one, other)) outcomes.pop();
    if (outcomes.length === 1) break;
  }
  return outcomes.map(({ log: _log, ...run }) => run);
}

/**
 * Averages the runs of a scenario. Values that every run must meet are the largest of all runs: timers that are left,
 * the time until work resumes, and requests in an outage.
 */
export function averageOf(runs: readonly Run[]): Run {
  const meanOf = (value: (run: Run) => number): number => mean(runs.map(value));
  const ifAny = (value: (run: Run) => number | undefined, sum: (values: number[]) => number) =>
    runs.every((run) => value(run) === undefined) ? undefined : sum(runs.map((run) => value(run) ?? 0));
  return {
    elapsedMs: meanOf((run) => run.elapsedMs),
    timeOverIdeal: meanOf((run) => run.timeOverIdeal),
    requests: meanOf((run) => run.requests),
    rateLimitedShare: meanOf((run) => run.rateLimitedShare),
    rejectedShare: meanOf((run) => run.rejectedShare),
    mostRateLimits: meanOf((run) => run.mostRateLimits),
    queryOverLone: ifAny((run) => run.queryOverLone, mean),
    failed: meanOf((run) => run.failed),
    failure: runs.find(({ failure }) => failure !== undefined)?.failure,
    resumeMs: ifAny((run) => run.resumeMs, largest),
    outageRequests: ifAny((run) => run.outageRequests, largest),
    p95OverLone: ifAny((run) => run.p95OverLone, mean),
    timersLeft: largest(runs.map((run) => run.timersLeft)),
  };
}

function largest(values: readonly number[]): number {
  return Math.max(...values);
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Estimates the standard error of the mean; 0 for a single value. */
export function standardError(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const average = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - average) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1) / values.length);
}

export function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

function sameRequests(one: Outcome, other: Outcome): boolean {
  const same = ({ at, rateLimited }: Outcome["log"][number], place: number): boolean =>
    at === other.log[place]?.at && rateLimited === other.log[place]?.rateLimited;
  return one.elapsedMs === other.elapsedMs && one.log.length === other.log.length && one.log.every(same);
}
