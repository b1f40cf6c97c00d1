/** Runs scenarios in several processes: virtual time replaces globals, so each process runs one scenario at a time. */

import { fork, type ChildProcess } from "node:child_process";
import { availableParallelism } from "node:os";
import type { Run } from "./seeds.js";

/** A scenario (`scenarioOf(task)`) and its seeds. */
export interface Task {
  readonly family: string;
  readonly requests: number;
  readonly rtt: number;
  readonly place: number;
  readonly seed: number;
  readonly seeds: number;
}

/** The result of a task: its runs, or the error. */
export type TaskResult = { readonly runs: Run[] } | { readonly failed: string };

/**
 * Runs all tasks, one per processor at a time.
 *
 * @param onResult - Called after each task.
 * @returns the results in the order of the tasks.
 */
export async function runTasks(tasks: readonly Task[], onResult: () => void): Promise<TaskResult[]> {
  const results: TaskResult[] = [];
  const queue = tasks.entries();
  const work = async (): Promise<void> => {
    // "advanced" keeps NaN and undefined.
    const child = fork(new URL("worker.ts", import.meta.url), { serialization: "advanced" });
    try {
      for (const [place, task] of queue) {
        results[place] = await resultOf(child, task);
        onResult();
      }
    } finally {
      child.kill();
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), tasks.length) }, work));
  return results;
}

function resultOf(child: ChildProcess, task: Task): Promise<TaskResult> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null): void =>
      reject(new Error(`Cannot run a scenario: its process ended with code ${code}`));
    child.once("exit", ended);
    child.once("message", (result) => {
      child.off("exit", ended);
      resolve(result as TaskResult);
    });
    child.send(task);
  });
}
