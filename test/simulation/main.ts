/**
 * `npm run simulate`: every scenario, its figures and its goals. Fails when a goal is missed by more than `known.ts`
 * explains.
 *
 * `npm run simulate -- --jobs 100000 --seed 1`: random jobs instead, and what must hold of each. Fails when it does not,
 * with a line that reproduces the job.
 */

import { parseArgs } from "node:util";
import { runJobs } from "./jobs/main.js";
import { excuse } from "./known.js";
import { runScenario, type Outcome } from "./run.js";
import { scenarios, type Goals, type Scenario } from "./scenarios.js";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    requests: { type: "string", default: "157,1600" },
    rtt: { type: "string", default: "5,20,120" },
    only: { type: "string", default: "" },
    plot: { type: "string" },
    jobs: { type: "string" },
  },
});

if (values.plot) {
  // Named by a variable, because it needs `npm --prefix test/simulation ci`, which nothing else here does.
  const drawing: string = "./plot.js";
  const { plot } = (await import(drawing)) as { plot: (file: string, seed: number) => Promise<void> };
  await plot(values.plot, Number(values.seed));
  process.exit();
}

if (values.jobs) process.exit(await runJobs(Number(values.jobs), Number(values.seed)));

const rows: Record<string, string | number>[] = [];
const excuses = new Set<string>();
let missed = 0;

for (const requests of values.requests.split(",").map(Number)) {
  for (const rtt of values.rtt.split(",").map(Number)) {
    for (const scenario of scenarios(requests, rtt)) {
      if (!scenario.name.includes(values.only)) continue;
      try {
        const outcome = await runScenario(scenario, Number(values.seed));
        rows.push(row(scenario, outcome));
        missed += misses(scenario, outcome).filter(({ because }) => !because).length;
      } catch (error) {
        rows.push({ scenario: scenario.name, requests, rtt, missed: `failed: ${String(error)}` });
        missed += 1;
      }
    }
  }
}
console.table(rows);
if (excuses.size > 0) console.log(`In brackets, what cannot be reached:\n- ${[...excuses].join("\n- ")}`);
console.log(missed === 0 ? "every goal within reach is reached" : `${missed} goals missed`);
process.exitCode = missed === 0 ? 0 : 1;

function row(scenario: Scenario, outcome: Outcome): Record<string, string | number> {
  return {
    scenario:
      scenario.processes && scenario.processes > 1
        ? `${scenario.processes} x ${scenario.name}`
        : scenario.name,
    requests: scenario.requests,
    rtt: scenario.rtt,
    seconds: round(outcome.elapsedMs / 1000, 1),
    "time/ideal": round(outcome.timeOverIdeal, 2),
    "refused %": round(outcome.refusedShare * 100, 1),
    "most refusals": outcome.mostRefusals,
    "query/lone": outcome.queryOverLone === undefined ? "" : round(outcome.queryOverLone, 2),
    missed: misses(scenario, outcome)
      .map(({ goal, because }) => (because ? `(${goal})` : goal))
      .join(", "),
  };
}

interface Miss {
  readonly goal: string;
  /** Why it could not be reached, if that is known. */
  readonly because?: string | undefined;
}

function misses(scenario: Scenario, outcome: Outcome): Miss[] {
  const found = { ...outcome } as { [Goal in keyof Goals]: number | undefined };
  const unreached = (Object.entries(scenario.goals) as [keyof Goals, number][]).flatMap(([goal, most]) => {
    const value = found[goal];
    if (value === undefined || value <= most) return [];
    const because = excuse(scenario, goal, value);
    if (because) excuses.add(`${goal}: ${because}`);
    return [{ goal, because }];
  });
  return outcome.timersLeft > 0 ? [...unreached, { goal: "timersLeft" }] : unreached;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
