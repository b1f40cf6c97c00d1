/** A child process of `pool.ts`: runs one task at a time. */

import { scenarioOf } from "./families.js";
import type { Task, TaskResult } from "./pool.js";
import { runSeeds } from "./seeds.js";

process.on("message", (task: Task) => void run(task).then((result) => process.send?.(result)));

async function run(task: Task): Promise<TaskResult> {
  try {
    return { runs: await runSeeds(scenarioOf(task), task.seed, task.seeds) };
  } catch (error) {
    return { failed: String(error) };
  }
}
