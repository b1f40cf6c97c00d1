import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { readEnvironment } from "../core/options/environment.js";

/** Milliseconds between two checks. */
const INTERVAL_MS = 500;

/** The operating system's facts about a process. */
interface ProcessFacts {
  readonly name: string;
  readonly state: string;
  readonly parent: number;
  readonly group: number;
}

/**
 * Calls `stop` when a process ends, even if it is killed.
 *
 * @param pid - `undefined` for none.
 * @returns a function that ends the checks.
 */
export function watchProcess(pid: number | undefined, stop: () => void): () => void {
  if (pid === undefined) return () => {};
  const timer = setInterval(() => {
    if (isRunning(pid)) return;
    clearInterval(timer);
    stop();
  }, INTERVAL_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/**
 * Returns the process that started this one and whose end ends it; `undefined` if there is none. `npx` and other
 * starters leave a server running otherwise, because they pass no signal on when they are killed.
 *
 * A process that was started to outlive its parent continues. Examples are a background job of a shell, and the leader
 * of its own process group, as with `setsid` or Node's `detached`.
 */
export function watchedProcess(): number | undefined {
  const self = factsOf(process.pid);
  const parent = factsOf(process.ppid);
  if (!self || !parent || self.group === process.pid) return undefined;
  if (!isShell(parent)) return process.ppid;
  // npm, npx, pnpm and yarn start a shell, which starts this process. Other shells end before their background jobs.
  return readEnvironment(["npm_lifecycle_event", "npm_command"]) === undefined ? undefined : parent.parent;
}

function isShell({ name }: ProcessFacts): boolean {
  return /^-?(?:ba|da|z|k|a|c|tc|fi)?sh$/.test(name);
}

/** Determines whether a process runs. A zombie does not. */
export function isRunning(pid: number): boolean {
  if (process.platform === "linux") {
    const facts = factsOf(pid);
    return facts !== undefined && facts.state !== "Z";
  }
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs, as another user.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Returns undefined if there is no such process, or if the system has no such file. */
function factsOf(pid: number): ProcessFacts | undefined {
  try {
    return process.platform === "linux" ? factsFromProc(pid) : factsFromPs(pid);
  } catch {
    return undefined;
  }
}

/** Reads `pid (name) state parent group ...`. The name may contain anything. */
function factsFromProc(pid: number): ProcessFacts | undefined {
  const [, name = "", state = "", parent, group] =
    /^\d+ \((.*)\) (\S) (\d+) (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
  return parent === undefined ? undefined : { name, state, parent: Number(parent), group: Number(group) };
}

function factsFromPs(pid: number): ProcessFacts | undefined {
  const line = execFileSync("ps", ["-o", "ppid=,pgid=,state=,comm=", "-p", String(pid)], {
    encoding: "utf8",
  });
  const [, parent, group, state = "", path = ""] = /^\s*(\d+)\s+(\d+)\s+(\S)\S*\s+(.*)$/m.exec(line) ?? [];
  const name = path.slice(path.lastIndexOf("/") + 1).trim();
  return parent === undefined ? undefined : { name, state, parent: Number(parent), group: Number(group) };
}
