/**
 * `npm run simulate`: runs every scenario, and prints its results and missed goals. Fails if a goal is missed by more
 * than `known.ts` explains.
 *
 * A row that depends on chance is the mean of five seeds (`--seeds`); "±" is its standard error. `--only NAME` runs the
 * scenarios whose names contain NAME. `--family NAME` runs the scenarios of one family. `--requests` and `--rtt` apply
 * to the family "limits". `--most-requests` leaves out the scenarios of other families that have more requests.
 *
 * `npm run simulate -- --json FILE`: also writes the results of each seed.
 *
 * `npm run simulate -- --compare FILE`: also prints the changes since the file. Fails if a row is worse (`compare.ts`).
 *
 * `npm run simulate -- --jobs 100000 --seed 1`: runs random jobs instead, and checks each one. If a check fails, the
 * command fails and prints a line that reproduces the job.
 */

import { readFile, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { Presets, SingleBar } from "cli-progress";
import { compare, printChanges, type SavedRow } from "./compare.js";
import { LIMITS, familyNames, scenarioOf, scenariosOf, titleOf } from "./families.js";
import { runJobs } from "./jobs/main.js";
import { knownReason } from "./known.js";
import { runTasks, type Task } from "./pool.js";
import type { Goals, Scenario } from "./scenarios.js";
import { averageOf, round, standardError, type Run } from "./seeds.js";

type Row = Record<string, string | number>;

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    seeds: { type: "string", default: "5" },
    requests: { type: "string", default: "157,1600" },
    rtt: { type: "string", default: "5,20,120" },
    "most-requests": { type: "string", default: "Infinity" },
    only: { type: "string", default: "" },
    family: { type: "string" },
    json: { type: "string" },
    compare: { type: "string" },
    plot: { type: "string" },
    jobs: { type: "string" },
  },
});

if (values.plot) {
  // A variable hides the path from the compiler: only plot.ts needs the packages of test/performance.
  const plotModule: string = "./plot.js";
  const { plot } = (await import(plotModule)) as { plot: (file: string, seed: number) => Promise<void> };
  await plot(values.plot, Number(values.seed));
  process.exit();
}

if (values.jobs) process.exit(await runJobs(Number(values.jobs), Number(values.seed)));

const before = values.compare
  ? (JSON.parse(await readFile(values.compare, "utf8")) as SavedRow[])
  : undefined;
const tables = new Map<string, Row[]>();
const saved: SavedRow[] = [];
const knownReasons = new Set<string>();
let missed = 0;

const tasks = chosenTasks();
const bar = new SingleBar({ noTTYOutput: false, clearOnComplete: true }, Presets.shades_classic);
bar.start(tasks.length, 0);
const results = await runTasks(tasks, () => bar.increment());
bar.stop();
for (const [place, result] of results.entries()) {
  const task = tasks[place] as Task;
  const scenario = scenarioOf(task);
  const rows = tables.get(task.family) ?? [];
  tables.set(task.family, rows);
  if ("failed" in result) {
    const { requests, rtt } = task;
    rows.push({ scenario: titleOf(scenario), requests, rtt, missed: `failed: ${result.failed}` });
    missed += 1;
  } else {
    rows.push(row(scenario, result.runs));
    saved.push({ ...savedRow(scenario, result.runs), family: task.family });
    missed += misses(scenario, averageOf(result.runs)).filter(({ because }) => !because).length;
  }
}
for (const [family, rows] of tables) {
  console.log(`${family}:`);
  console.table(rows, columnsOf(rows));
}
if (knownReasons.size > 0)
  console.log(`Missed goals in brackets have known reasons:\n- ${[...knownReasons].join("\n- ")}`);
console.log(missed === 0 ? "no goal is missed without a known reason" : `${missed} goals missed`);
if (values.json) await writeFile(values.json, JSON.stringify(saved, null, 2));
const worse = before ? printChanges(compare(inFamiliesOf(before), before)) : 0;
process.exitCode = missed + worse === 0 ? 0 : 1;

function chosenTasks(): Task[] {
  const [seed, seeds] = [Number(values.seed), Number(values.seeds)];
  const [jobs, rtts] = [values.requests, values.rtt].map((list) => list.split(",").map(Number));
  const families = values.family?.split(",") ?? familyNames;
  return families
    .flatMap((family) => scenariosOf(family, jobs as number[], rtts as number[]))
    .filter(({ family, requests }) => family === LIMITS || requests <= Number(values["most-requests"]))
    .filter((id) => titleOf(scenarioOf(id)).includes(values.only))
    .map((id) => ({ ...id, seed, seeds }));
}

function row(scenario: Scenario, runs: readonly Run[]): Row {
  const outcome = averageOf(runs);
  const timeError = standardError(runs.map(({ elapsedMs }) => elapsedMs)) / outcome.elapsedMs;
  const shareError = standardError(runs.map(({ rateLimitedShare }) => rateLimitedShare));
  const failedRuns = runs.filter(({ failed }) => failed > 0).length;
  return {
    scenario: titleOf(scenario),
    requests: scenario.requests,
    rtt: scenario.rtt,
    seeds: runs.length,
    seconds: round(outcome.elapsedMs / 1000, 1),
    "± %": runs.length > 1 ? round(timeError * 100, 1) : "",
    "time/ideal": round(outcome.timeOverIdeal, 2),
    "429s %": round(outcome.rateLimitedShare * 100, 1),
    "± points": runs.length > 1 ? round(shareError * 100, 1) : "",
    "max 429s per text": round(outcome.mostRateLimits, 1),
    "query/lone": rounded(outcome.queryOverLone, 2),
    "rejected %": scenario.goals.rejectedShare === undefined ? "" : round(outcome.rejectedShare * 100, 1),
    "resumes after s": rounded(outcome.resumeMs, 1, 1000),
    "requests in outage": rounded(outcome.outageRequests, 1),
    "p95/lone": rounded(outcome.p95OverLone, 2),
    "failed runs": failedRuns > 0 ? `${failedRuns} of ${runs.length}: ${outcome.failure}` : "",
    missed: misses(scenario, outcome)
      .map(({ goal, because }) => (because ? `(${goal})` : goal))
      .join(", "),
  };
}

function rounded(value: number | undefined, digits: number, unit = 1): number | string {
  return value === undefined ? "" : round(value / unit, digits);
}

/** Returns the columns of a family: "missed", and those in which a row has a value above 0. */
function columnsOf(rows: readonly Row[]): string[] {
  const names = [...new Set(rows.flatMap((one) => Object.keys(one)))];
  return names.filter((name) => name === "missed" || rows.some((one) => one[name]));
}

function savedRow(scenario: Scenario, runs: readonly Run[]): SavedRow {
  return {
    scenario: titleOf(scenario),
    requests: scenario.requests,
    rtt: scenario.rtt,
    processes: scenario.processes ?? 1,
    elapsedMs: runs.map(({ elapsedMs }) => elapsedMs),
    sent: runs.map(({ requests }) => requests),
    rateLimited: runs.map(({ requests, rateLimitedShare }) => Math.round(requests * rateLimitedShare)),
  };
}

/** Returns the rows whose families the file has. */
function inFamiliesOf(file: readonly SavedRow[]): SavedRow[] {
  const families = new Set(file.map(({ family = LIMITS }) => family));
  return saved.filter(({ family = LIMITS }) => families.has(family));
}

interface Miss {
  readonly goal: string;
  /** The reason, if `known.ts` has one. */
  readonly because?: string | undefined;
}

function misses(scenario: Scenario, outcome: Run): Miss[] {
  const found = { ...outcome } as { [Goal in keyof Goals]: number | undefined };
  const unreached = (Object.entries({ failed: 0, ...scenario.goals }) as [keyof Goals, number][]).flatMap(
    ([goal, most]) => {
      const value = found[goal];
      if (value === undefined || value <= most) return [];
      const because = knownReason(scenario, goal, value);
      if (because) knownReasons.add(`${goal}: ${because}`);
      return [{ goal, because }];
    },
  );
  return outcome.timersLeft > 0 ? [...unreached, { goal: "timersLeft" }] : unreached;
}
