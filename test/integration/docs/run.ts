import { join } from "node:path";
import { run } from "../../support/program.js";
import { ROOT, type Block } from "./blocks.js";
import { compiled } from "./compile.js";

/** The exit code and the output of a block. */
export interface BlockOutcome {
  readonly exitCode: number | null;
  readonly printed: readonly string[];
  readonly stderr: string;
}

/**
 * Runs a block that imports the package by its name. Its environment has only an API key and a base URL.
 *
 * @param url - The base URL of an emulator.
 * @param folder - The folder from which the block imports packages; by default the root.
 * @param preload - Modules that are loaded before the block.
 */
export async function outcomeOf(
  block: Block,
  url: string,
  folder = "",
  preload: readonly string[] = [],
): Promise<BlockOutcome> {
  const { PATH, HOME } = process.env;
  const { exitCode, stdout, stderr } = await run(
    process.execPath,
    [...preload.flatMap((path) => ["--import", path]), "--input-type=module", "--eval", compiled(block)],
    { cwd: join(ROOT, folder), env: { PATH, HOME, TOGETHER_API_KEY: "any", TOGETHER_BASE_URL: url } },
  );
  return { exitCode, printed: stdout.split("\n").filter((line) => line !== ""), stderr };
}

/** Returns the outcome that the comments of a block document: the printed lines, without the quotes of strings. */
export function documentedOutput({ code }: Block): BlockOutcome {
  const comments = [...code.matchAll(/(?:console\.log\(.*\/\/ |\/\/ prints )(.+)$/gm)];
  const printed = comments.map(([, line = ""]) => line.replaceAll(/^"|"$/g, ""));
  return { exitCode: 0, printed, stderr: "" };
}
