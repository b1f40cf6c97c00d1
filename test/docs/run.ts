import { execFile } from "node:child_process";
import { ROOT } from "./blocks.js";

/** What a program did. */
export interface Outcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs JavaScript as a module of its own process, where the package is known by its name and nothing else is set. */
export function run(code: string, variables: Readonly<Record<string, string>>): Promise<Outcome> {
  const env = { PATH: process.env["PATH"], HOME: process.env["HOME"], ...variables };
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ["--input-type=module", "--eval", code],
      { cwd: ROOT, env, timeout: 60_000 },
      (_error, stdout, stderr) => resolve({ exitCode: child.exitCode, stdout, stderr }),
    );
    child.stdin?.end();
  });
}
