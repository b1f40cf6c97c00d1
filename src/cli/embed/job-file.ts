/**
 * The file beside an unfinished output. It contains the settings that the vectors depend on, so that a job is not
 * resumed with another model. It also contains the writing process, so that no second process writes.
 */

import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { isRunning } from "../parent.js";

/** The settings that the vectors of a job depend on. */
export interface VectorSettings {
  readonly model: string;
  readonly baseModel?: string | undefined;
  readonly baseURL: string;
  readonly documentPrefix: string;
  readonly normalize: boolean;
  readonly field: string;
}

/** The option that sets each of them. */
const FLAGS: Readonly<Record<keyof VectorSettings, string>> = {
  model: "--model",
  baseModel: "--base-model",
  baseURL: "--base-url",
  documentPrefix: "--document-prefix",
  normalize: "--normalize",
  field: "--field",
};

interface Content {
  readonly process: number;
  readonly host: string;
  /** Missing until the first line may be written. */
  readonly settings?: VectorSettings;
}

export class JobFile {
  readonly path: string;
  /** The settings of the earlier run; `undefined` if it wrote nothing. */
  readonly previous: VectorSettings | undefined;

  private constructor(path: string, previous: VectorSettings | undefined) {
    this.path = path;
    this.previous = previous;
  }

  /**
   * Claims an output for this process.
   *
   * @throws if another process writes to it, or the file is not a job file.
   */
  static async claim(output: string): Promise<JobFile> {
    const path = pathFor(output);
    const content = await readContent(path);
    if (content && isHeld(content)) {
      throw new Error(
        `Cannot write ${output}: process ${content.process} writes to it; wait until that process has ended, or stop it`,
      );
    }
    const file = new JobFile(path, content?.settings);
    await file.#write(file.previous, content === undefined);
    return file;
  }

  /** Returns the settings of an earlier run without a claim; `undefined` if it wrote nothing. */
  static async settingsOf(output: string): Promise<VectorSettings | undefined> {
    return (await readContent(pathFor(output)))?.settings;
  }

  /** Saves the settings of this run. From now on, the output is this job's. */
  async save(settings: VectorSettings): Promise<void> {
    await this.#write(settings, false);
  }

  /** Removes the claim of a process that writes nothing. */
  async release(): Promise<void> {
    if (!this.previous) await this.remove();
  }

  async remove(): Promise<void> {
    await rm(this.path, { force: true });
  }

  async #write(settings: VectorSettings | undefined, isNew: boolean): Promise<void> {
    const content: Content = { process: process.pid, host: hostname(), ...(settings && { settings }) };
    const text = `${JSON.stringify(content, null, 2)}\n`;
    // A second process that starts at the same moment fails here.
    if (isNew) return writeFile(this.path, text, { flag: "wx" });
    // A process that is killed in between leaves the old file or the new one, but no half of one.
    await writeFile(`${this.path}.new`, text);
    await rename(`${this.path}.new`, this.path);
  }
}

function pathFor(output: string): string {
  return `${output}.job`;
}

async function readContent(path: string): Promise<Content | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  // A process that was killed before its first byte.
  if (text === "") return { process: process.pid, host: hostname() };
  try {
    const content = JSON.parse(text) as Content;
    if (typeof content.process === "number") return content;
  } catch {
    // As below.
  }
  throw new Error(`Cannot read ${path}: it is not the file of a job; remove it, or name another --out`);
}

/** A process of another machine, or of another container, cannot be seen from here. */
function isHeld(content: Content): boolean {
  return content.host === hostname() && content.process !== process.pid && isRunning(content.process);
}

/** Describes the first setting that differs; `undefined` if none does. The prefix is a text of the user. */
export function describeDifference(before: VectorSettings, now: VectorSettings): string | undefined {
  const names = Object.keys(FLAGS) as (keyof VectorSettings)[];
  const name = names.find((one) => before[one] !== now[one]);
  if (name === undefined) return undefined;
  if (name === "documentPrefix") return `with another ${FLAGS[name]}`;
  return `with ${FLAGS[name]} ${shown(before[name])}, not ${shown(now[name])}`;
}

function shown(value: string | boolean | undefined): string {
  return value === undefined ? "unset" : JSON.stringify(value);
}
