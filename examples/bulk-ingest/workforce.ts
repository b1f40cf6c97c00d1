import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Settings } from "./settings.js";

const WORKER = fileURLToPath(new URL("worker.ts", import.meta.url));

/** Failed starts in a row after which no other worker is started. A killed worker is replaced. */
const MAX_FAILED_STARTS = 3;

/** The memory of a worker: its first and its last report. */
export interface MemoryUse {
  readonly firstBytes: number;
  readonly lastBytes: number;
}

/** The worker processes of this machine. A worker that ends early is replaced. */
export class Workforce {
  readonly #settings: Settings;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #alive = new Set<ChildProcess>();
  readonly #memory = new Map<ChildProcess, MemoryUse>();
  readonly #failed: Promise<never>;
  #fail: (error: Error) => void = () => undefined;
  #ending = false;
  #deaths = 0;
  #failedStarts = 0;

  constructor(settings: Settings, environment: NodeJS.ProcessEnv) {
    this.#settings = settings;
    this.#environment = environment;
    this.#failed = new Promise((_, reject) => (this.#fail = reject));
    this.#failed.catch(() => undefined);
  }

  /** Rejects if workers repeatedly fail to start. */
  get failed(): Promise<never> {
    return this.#failed;
  }

  /** Number of workers that ended before {@link Workforce.end} was called. */
  get deaths(): number {
    return this.#deaths;
  }

  /** The memory of all workers, without those that died. */
  get memory(): readonly MemoryUse[] {
    return [...this.#memory.values()];
  }

  start(workers: number): void {
    for (let number = 0; number < workers; number++) this.#startWorker();
  }

  /** Ends all workers after their current jobs. */
  async end(): Promise<void> {
    this.#ending = true;
    await Promise.all([...this.#alive].map((child) => ended(child)));
  }

  #startWorker(): void {
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
    if (!killed) this.#failedStarts = hasBegun ? 0 : this.#failedStarts + 1;
    if (this.#failedStarts < MAX_FAILED_STARTS) return this.#startWorker();
    this.#fail(new Error("Cannot start workers: they end before they take a job; see their messages above"));
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGTERM");
  await exit;
}
