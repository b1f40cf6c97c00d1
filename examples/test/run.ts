import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";

const EXAMPLE = fileURLToPath(new URL("../example.ts", import.meta.url));
const TSX = import.meta.resolve("tsx");

/** What a program printed, and how it ended. */
export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** Runs an example as `npm run example` does, with no terminal. */
export function run(
  args: readonly string[],
  { input = "", environment = {} }: { input?: string; environment?: Readonly<Record<string, string>> } = {},
): Promise<Outcome> {
  const env = { ...process.env, NODE_OPTIONS: "", ...environment };
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ["--import", TSX, EXAMPLE, ...args],
      { env, timeout: 60_000 },
      (error, stdout, stderr) => {
        const exitCode = typeof error?.code === "number" ? error.code : error ? -1 : 0;
        resolve({ stdout, stderr, exitCode });
      },
    );
    child.stdin?.end(input);
  });
}
