/** Runs one random job, and says what is wrong with it. */

import { createHash } from "node:crypto";
import { underVirtualTime } from "../virtual-time.js";
import { makeCall, type Ending } from "./caller.js";
import { tooSlow, unquiet, wasteful } from "./invariants.js";
import { drawPlan, type Plan } from "./plan.js";
import { World } from "./world.js";

/** What came of a job. */
export interface JobReport {
  readonly seed: number;
  /** Empty if all is well. */
  readonly problems: readonly string[];
  readonly endings: readonly Ending["how"][];
  readonly requests: number;
  readonly texts: number;
  readonly elapsedMs: number;
}

export async function runJob(seed: number): Promise<JobReport> {
  const plan = drawPlan(seed);
  const restore = hashAtOnce();
  const strays = watchProcess();
  const texts = plan.calls.reduce((sum, call) => sum + call.texts.length, 0);
  try {
    const { result, elapsedMs, timersLeft } = await underVirtualTime(seed, () => runPlan(plan));
    const problems = [...result.problems, ...strays.problems()];
    if (timersLeft > 0) problems.push(`${timersLeft} timers are left`);
    return { ...result, seed, problems, texts, elapsedMs };
  } catch (error) {
    const problems = [String(error), ...strays.problems()];
    return { seed, problems, endings: [], requests: 0, texts, elapsedMs: Number.NaN };
  } finally {
    strays.end();
    restore();
  }
}

async function runPlan(plan: Plan): Promise<Pick<JobReport, "problems" | "endings" | "requests">> {
  const world = new World(plan);
  const endings = await Promise.all(plan.calls.map((call) => makeCall(call, world, plan)));
  const endedAt = performance.now();
  const { requests } = world.emulator.totals;
  await breathe();
  const problems = [...unquiet(world, requests), ...wasteful(world, plan), ...tooSlow(world, endedAt, plan)];
  world.end();
  const ofCalls = endings.flatMap((ending, at) => ending.problems.map((problem) => `call ${at}: ${problem}`));
  return { problems: [...ofCalls, ...problems], endings: endings.map(({ how }) => how), requests };
}

/** Hashing takes place on another thread, in real time: here it would come at another virtual moment in each run. */
function hashAtOnce(): () => void {
  const { subtle } = globalThis.crypto;
  Object.defineProperty(subtle, "digest", { value: digest, configurable: true });
  return () => Reflect.deleteProperty(subtle, "digest");
}

async function digest(_: string, bytes: Uint8Array): Promise<Uint8Array> {
  return createHash("sha256").update(bytes).digest();
}

/** Hears what nobody caught. */
function watchProcess(): { problems: () => string[]; end: () => void } {
  const heard: string[] = [];
  const rejected = (reason: unknown): void => void heard.push(`unhandled rejection: ${String(reason)}`);
  const warned = (warning: Error): void => void heard.push(`warning: ${warning.name}: ${warning.message}`);
  process.on("unhandledRejection", rejected).on("warning", warned);
  return {
    problems: () => heard,
    end: () => void process.off("unhandledRejection", rejected).off("warning", warned),
  };
}

async function breathe(turns = 5): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => void setImmediate(resolve));
}
