/** A child process of `pool.ts`: runs one task at a time. */

import type { Task, TaskResult } from "./pool.js";
import { scenarios, type Scenario } from "./scenarios.js";
import { runSeeds } from "./seeds.js";

process.on("message", (task: Task) => void run(task).then((result) => process.send?.(result)));

async function run({ requests, rtt, place, seed, seeds }: Task): Promise<TaskResult> {
  try {
    return { runs: await runSeeds(scenarios(requests, rtt)[place] as Scenario, seed, seeds) };
  } catch (error) {
    return { failed: String(error) };
  }
}
