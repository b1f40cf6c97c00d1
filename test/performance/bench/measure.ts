/** What a piece of work costs the process it runs in. */

import { writeFileSync } from "node:fs";
import { Session } from "node:inspector/promises";
import { resourceUsage } from "node:process";

const MEGABYTE = 1024;

/** What one run cost its process. */
export interface Cost {
  readonly wallMs: number;
  /** User and system time of all threads. */
  readonly cpuMs: number;
  /** The most memory that was resident at any moment, beyond what was before. */
  readonly peakMB: number;
}

/** Runs something once and returns its cost. Needs `--expose-gc`, so that earlier garbage does not count. */
export async function measure<Result>(work: () => Promise<Result>): Promise<{ result: Result; cost: Cost }> {
  globalThis.gc?.();
  forgetPeak();
  const before = residentMB();
  const cpu = process.cpuUsage();
  const start = performance.now();
  const result = await work();
  const wallMs = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  const cost = { wallMs, cpuMs: (user + system) / 1000, peakMB: Math.max(0, peakMB() - before) };
  return { result, cost };
}

/** Linux can forget a process's peak (proc(5), clear_refs); elsewhere the peak is that of its whole life. */
function forgetPeak(): void {
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

/** Runs something under V8's profiler; the file opens in a browser's developer tools. */
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
