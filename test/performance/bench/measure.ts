/** Measures the time, CPU and memory of a function. */

import { writeFileSync } from "node:fs";
import { Session } from "node:inspector/promises";
import { resourceUsage } from "node:process";

const MEGABYTE = 1024;

/** The cost of one run. */
export interface Cost {
  readonly wallMs: number;
  /** User and system time of all threads. */
  readonly cpuMs: number;
  /** The largest resident memory during the run, minus the resident memory before it. */
  readonly peakMB: number;
}

/** Runs a function once and returns its cost. Needs `--expose-gc`, so that earlier garbage does not count. */
export async function measure<Result>(work: () => Promise<Result>): Promise<{ result: Result; cost: Cost }> {
  globalThis.gc?.();
  resetPeak();
  const before = residentMB();
  const cpu = process.cpuUsage();
  const start = performance.now();
  const result = await work();
  const wallMs = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  const cost = { wallMs, cpuMs: (user + system) / 1000, peakMB: Math.max(0, peakMB() - before) };
  return { result, cost };
}

/** Resets the peak of this process, on Linux only (proc(5), clear_refs). Elsewhere, the peak includes earlier work. */
function resetPeak(): void {
  try {
    writeFileSync("/proc/self/clear_refs", "5");
  } catch {
    return;
  }
}

function residentMB(): number {
  return process.memoryUsage.rss() / 2 ** 20;
}

function peakMB(): number {
  return resourceUsage().maxRSS / MEGABYTE;
}

/** Runs a function with V8's profiler. The developer tools of a browser open the file. */
export async function profiled<Result>(file: string, work: () => Promise<Result>): Promise<Result> {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.start");
  const result = await work();
  const { profile } = await session.post("Profiler.stop");
  writeFileSync(file, JSON.stringify(profile));
  return result;
}
