/** Runs one random job, and returns its problems. */

import { createHash } from "node:crypto";
import { underVirtualTime } from "../virtual-time.js";
import { makeCall, type Ending } from "./caller.js";
import { tooSlow, activeAfterEnd, sentTwice } from "./invariants.js";
import { drawPlan, type Plan } from "./plan.js";
import { World } from "./world.js";

/** The result of a job. */
export interface JobReport {
  readonly seed: number;
  /** Empty if no check failed. */
  readonly problems: readonly string[];
  readonly endings: readonly Ending["how"][];
  readonly requests: number;
  readonly texts: number;
  readonly elapsedMs: number;
}

export async function runJob(seed: number): Promise<JobReport> {
  const plan = drawPlan(seed);
  const restore = useSynchronousHash();
  const processEvents = watchProcess();
  const texts = plan.calls.reduce((sum, call) => sum + call.texts.length, 0);
  try {
    const { result, elapsedMs, timersLeft } = await underVirtualTime(seed, () => runPlan(plan));
    const problems = [...result.problems, ...processEvents.problems()];
    if (timersLeft > 0) problems.push(`${timersLeft} timers are left`);
    return { ...result, seed, problems, texts, elapsedMs };
  } catch (error) {
    const problems = [String(error), ...processEvents.problems()];
    return { seed, problems, endings: [], requests: 0, texts, elapsedMs: Number.NaN };
  } finally {
    processEvents.end();
    restore();
  }
}

async function runPlan(plan: Plan): Promise<Pick<JobReport, "problems" | "endings" | "requests">> {
  const world = new World(plan);
  const endings = await Promise.all(plan.calls.map((call) => makeCall(call, world, plan)));
  const endedAt = performance.now();
  const { requests } = world.emulator.totals;
  await settle();
  const problems = [
    ...activeAfterEnd(world, requests),
    ...sentTwice(world, plan),
    ...tooSlow(world, endedAt, plan),
  ];
  world.end();
  const ofCalls = endings.flatMap((ending, at) => ending.problems.map((problem) => `call ${at}: ${problem}`));
  return { problems: [...ofCalls, ...problems], endings: endings.map(({ how }) => how), requests };
}

/** Replaces the hash of Node, which is ready at another virtual time in each run: it is computed on another thread. */
function useSynchronousHash(): () => void {
  const { subtle } = globalThis.crypto;
  Object.defineProperty(subtle, "digest", { value: digest, configurable: true });
  return () => Reflect.deleteProperty(subtle, "digest");
}

async function digest(_: string, bytes: Uint8Array): Promise<Uint8Array> {
  return createHash("sha256").update(bytes).digest();
}

/** Collects unhandled rejections and warnings of the process. */
function watchProcess(): { problems: () => string[]; end: () => void } {
  const found: string[] = [];
  const rejected = (reason: unknown): void => void found.push(`unhandled rejection: ${String(reason)}`);
  const warned = (warning: Error): void => void found.push(`warning: ${warning.name}: ${warning.message}`);
  process.on("unhandledRejection", rejected).on("warning", warned);
  return {
    problems: () => found,
    end: () => void process.off("unhandledRejection", rejected).off("warning", warned),
  };
}

async function settle(turns = 5): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => void setImmediate(resolve));
}
