import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Settings } from "./settings.js";

const WORKER = fileURLToPath(new URL("worker.ts", import.meta.url));

/** Workers that may fail at their start before no other is started. A killed worker is replaced. */
const MOST_STILLBORN = 3;

/** What a worker takes in memory: what it first reported, and what it last did. */
export interface MemoryUse {
  readonly firstBytes: number;
  readonly lastBytes: number;
}

/** The worker processes of this machine: as many as wanted, whatever becomes of each. */
export class Workforce {
  readonly #settings: Settings;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #alive = new Set<ChildProcess>();
  readonly #memory = new Map<ChildProcess, MemoryUse>();
  readonly #failed: Promise<never>;
  #fail: (error: Error) => void = () => undefined;
  #ending = false;
  #deaths = 0;
  #stillborn = 0;

  constructor(settings: Settings, environment: NodeJS.ProcessEnv) {
    this.#settings = settings;
    this.#environment = environment;
    this.#failed = new Promise((_, reject) => (this.#fail = reject));
    this.#failed.catch(() => undefined);
  }

  /** Rejects if workers cannot be kept alive. */
  get failed(): Promise<never> {
    return this.#failed;
  }

  /** Workers that ended without being asked to. */
  get deaths(): number {
    return this.#deaths;
  }

  /** Of those that are alive, or have ended because they were asked to. */
  get memory(): readonly MemoryUse[] {
    return [...this.#memory.values()];
  }

  start(workers: number): void {
    for (let number = 0; number < workers; number++) this.#hire();
  }

  /** Lets every worker finish the jobs that it has in hand. */
  async end(): Promise<void> {
    this.#ending = true;
    await Promise.all([...this.#alive].map((child) => ended(child)));
  }

  #hire(): void {
    const child = fork(WORKER, [JSON.stringify(this.#settings)], {
      execArgv: ["--import", import.meta.resolve("tsx")],
      env: this.#environment,
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    this.#alive.add(child);
    child.on("message", ({ residentBytes }: { residentBytes: number }) => {
      const { firstBytes = residentBytes } = this.#memory.get(child) ?? {};
      this.#memory.set(child, { firstBytes, lastBytes: residentBytes });
    });
    child.once("exit", (code) => this.#replace(child, code === null));
  }

  #replace(child: ChildProcess, killed: boolean): void {
    this.#alive.delete(child);
    if (this.#ending) return;
    this.#deaths += 1;
    const hasBegun = this.#memory.delete(child);
    if (!killed) this.#stillborn = hasBegun ? 0 : this.#stillborn + 1;
    if (this.#stillborn < MOST_STILLBORN) return this.#hire();
    this.#fail(new Error("Cannot start workers: they end before they take a job; see their messages above"));
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGTERM");
  await exit;
}
