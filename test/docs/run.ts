import { execFile } from "node:child_process";
import { join } from "node:path";
import { ROOT, type Block } from "./blocks.js";
import { compiled } from "./compile.js";

/** What a program did. */
interface Outcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a block did, line by line. */
export interface Effect {
  readonly exitCode: number | null;
  readonly printed: readonly string[];
  readonly complained: string;
}

/** Runs a block as a reader would who has a key. @param url - Where its emulator is. */
export async function effectOf(block: Block, url: string, folder = ""): Promise<Effect> {
  const variables = { TOGETHER_API_KEY: "any", TOGETHER_BASE_URL: url };
  const { exitCode, stdout, stderr } = await run(compiled(block), variables, folder);
  return { exitCode, printed: stdout.split("\n").filter((line) => line !== ""), complained: stderr };
}

/** What the comments say that the block prints, without the quotes of a string, and nothing else. */
export function promised({ code }: Block): Effect {
  const said = [...code.matchAll(/(?:console\.log\(.*\/\/ |\/\/ prints )(.+)$/gm)];
  const printed = said.map(([, line = ""]) => line.replaceAll(/^"|"$/g, ""));
  return { exitCode: 0, printed, complained: "" };
}

/** Runs JavaScript as a module of its own process, where the package is known by its name and nothing else is set. */
function run(code: string, variables: Readonly<Record<string, string>>, folder = ""): Promise<Outcome> {
  const env = { PATH: process.env["PATH"], HOME: process.env["HOME"], ...variables };
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ["--input-type=module", "--eval", code],
      { cwd: join(ROOT, folder), env, timeout: 60_000 },
      (_error, stdout, stderr) => resolve({ exitCode: child.exitCode, stdout, stderr }),
    );
    child.stdin?.end();
  });
}
