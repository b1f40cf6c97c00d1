/** Runs a script of this folder in its own process. A test can kill it at any time. */

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export class Script {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  /** @param name - Name of a file in this folder. */
  constructor(name: string, ...args: readonly string[]) {
    const path = fileURLToPath(new URL(name, import.meta.url));
    this.#process = spawn(process.execPath, ["--import", "tsx", path, ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.#lines = createInterface(this.#process.stdout!)[Symbol.asyncIterator]();
  }

  /**
   * Returns the next line that the script prints.
   *
   * @throws if the script has ended.
   */
  async line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error("the script has ended");
    return value;
  }

  /** Kills the script, which cannot clean up. */
  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await ended;
  }
}
