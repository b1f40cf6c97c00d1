/** A script of ours in a process of its own, to be killed at any moment. */

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export class Script {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  /** @param name - Of a file beside this one. */
  constructor(name: string, ...args: readonly string[]) {
    const path = fileURLToPath(new URL(name, import.meta.url));
    this.#process = spawn(process.execPath, ["--import", "tsx", path, ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.#lines = createInterface(this.#process.stdout!)[Symbol.asyncIterator]();
  }

  /** The next line that it prints. @throws if it has ended. */
  async line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error("the script has ended");
    return value;
  }

  /** Without a chance to clean up. */
  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await ended;
  }
}
