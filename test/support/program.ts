import { execFile } from "node:child_process";

/** The result of a program. */
export interface Outcome {
  /** `null` if it was killed. It is killed after a minute. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Folder, environment and input of a program; by default those of this process. */
interface Surroundings {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string;
}

/** Runs a program to its end, without a terminal. */
export function run(
  file: string,
  args: readonly string[],
  { input = "", ...options }: Surroundings = {},
): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(file, args, { timeout: 60_000, ...options }, (_error, stdout, stderr) =>
      resolve({ exitCode: child.exitCode, stdout, stderr }),
    );
    child.stdin?.end(input);
  });
}

/** Runs the built command, as `npx together-retrieval` does. `npm test` builds it first. */
export function runCommand(args: readonly string[], surroundings?: Surroundings): Promise<Outcome> {
  return run(process.execPath, ["dist/cli.js", ...args], surroundings);
}

/** Runs a program of this repository in TypeScript. */
export function runScript(
  path: string,
  args: readonly string[],
  surroundings?: Surroundings,
): Promise<Outcome> {
  return run(process.execPath, ["--import", import.meta.resolve("tsx"), path, ...args], surroundings);
}
