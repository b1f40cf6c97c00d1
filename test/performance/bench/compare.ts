/** Measures all clients in one scenario. Each run has a separate process, and the clients take turns. */

import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Cost } from "./measure.js";
import type { Name } from "./roster.js";
import type { Report, Task } from "./runner.js";
import type { Scenario } from "./scenarios.js";
import type { Totals } from "./server/gate.js";

/** One run of one client. */
export interface Run {
  readonly scenario: string;
  readonly client: Name;
  /** Runs of one round follow each other, and are compared with each other. */
  readonly round: number;
  /** Missing if the run did not finish. */
  readonly cost?: Cost;
  /** The reason why it did not finish. */
  readonly failure?: string;
  readonly totals: Totals;
}

/** The number of runs, and their time limits. */
export interface Effort {
  readonly repeats: number;
  /** A run that takes longer is killed. */
  readonly timeLimitMs: number;
  /** A client that takes longer, or fails, runs only once. */
  readonly slowMs: number;
  /** A folder for profiles. */
  readonly profiles?: string | undefined;
}

const MODEL = "BAAI/bge-large-en-v1.5";
const TSX = ["--import", "tsx"];

/** Time for the start of Node, the imports and the warm-up, which are not measured. */
const START_MS = 5000;

/** Runs a scenario. Each round starts with another client, so that disturbances do not always affect the same one. */
export async function compare(scenario: Scenario, effort: Effort, onRun: (run: Run) => void): Promise<Run[]> {
  const server = fork(new URL("server/main.ts", import.meta.url), { execArgv: TSX });
  const [url] = (await once(server, "message")) as [string];
  const runs: Run[] = [];
  try {
    for (let round = 0; round < effort.repeats; round++) {
      for (const client of inTurn(scenario.clients, round)) {
        if (runs.some((run) => run.client === client && isSlow(run, effort))) continue;
        const run = await runOnce(scenario, client, round, url, effort);
        runs.push(run);
        onRun(run);
      }
    }
  } finally {
    server.disconnect();
  }
  return runs;
}

function inTurn<Item>(list: readonly Item[], round: number): Item[] {
  const start = round % list.length;
  return [...list.slice(start), ...list.slice(0, start)];
}

function isSlow({ cost }: Run, { slowMs }: Effort): boolean {
  return cost === undefined || cost.wallMs > slowMs;
}

async function runOnce(
  scenario: Scenario,
  client: Name,
  round: number,
  url: string,
  { timeLimitMs, profiles }: Effort,
): Promise<Run> {
  const { name, server, amount, form, hint } = scenario;
  await fetch(`${url}/gate`, { method: "PUT", body: JSON.stringify(server) });
  const circumstances = { baseURL: `${url}/v1`, apiKey: "bench", model: MODEL, hint };
  const profile = profiles && `${profiles}/${name}-${client}-${round}.cpuprofile`;
  const report = await inProcess({ client, circumstances, amount, form, profile }, timeLimitMs);
  const totals = (await (await fetch(`${url}/gate`)).json()) as Totals;
  return { scenario: name, client, round, ...report, totals };
}

/** Runs a task in a separate process, and kills the process after the time limit. */
async function inProcess(task: Task, timeLimitMs: number): Promise<Report> {
  const child = fork(new URL("runner.ts", import.meta.url), [JSON.stringify(task)], {
    execArgv: [...TSX, "--expose-gc"],
    // Some clients log their errors. The report contains the error.
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), timeLimitMs + START_MS);
  const report = await reportOf(child);
  clearTimeout(timer);
  return report ?? { failure: `not finished in ${timeLimitMs / 1000} s` };
}

async function reportOf(child: ChildProcess): Promise<Report | undefined> {
  let report: Report | undefined;
  child.once("message", (message) => (report = message as Report));
  await once(child, "exit");
  return report;
}
