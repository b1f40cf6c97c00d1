import { join } from "node:path";
import { run } from "../../support/program.js";
import { ROOT, type Block } from "./blocks.js";
import { compiled } from "./compile.js";

/** What a block did, line by line. */
export interface Effect {
  readonly exitCode: number | null;
  readonly printed: readonly string[];
  readonly complained: string;
}

/**
 * Runs a block as a reader would who has a key and nothing else, where the package is known by its name.
 *
 * @param url - Where its emulator is.
 * @param preload - Modules that are loaded before it.
 */
export async function effectOf(
  block: Block,
  url: string,
  folder = "",
  preload: readonly string[] = [],
): Promise<Effect> {
  const { PATH, HOME } = process.env;
  const { exitCode, stdout, stderr } = await run(
    process.execPath,
    [...preload.flatMap((path) => ["--import", path]), "--input-type=module", "--eval", compiled(block)],
    { cwd: join(ROOT, folder), env: { PATH, HOME, TOGETHER_API_KEY: "any", TOGETHER_BASE_URL: url } },
  );
  return { exitCode, printed: stdout.split("\n").filter((line) => line !== ""), complained: stderr };
}

/** What the comments say that the block prints, without the quotes of a string, and nothing else. */
export function promised({ code }: Block): Effect {
  const said = [...code.matchAll(/(?:console\.log\(.*\/\/ |\/\/ prints )(.+)$/gm)];
  const printed = said.map(([, line = ""]) => line.replaceAll(/^"|"$/g, ""));
  return { exitCode: 0, printed, complained: "" };
}
