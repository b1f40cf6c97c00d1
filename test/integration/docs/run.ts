import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../support/program.js";
import { ROOT, type Block } from "./blocks.js";
import { compiled } from "./compile.js";
import { inTemporaryFolder } from "./temporary.js";

/** The exit code and the output of a process that runs blocks. */
export interface BlocksOutcome {
  readonly exitCode: number | null;
  /** The lines that each block prints. */
  readonly printed: readonly (readonly string[])[];
  readonly stderr: string;
}

/** A line that no block prints. */
const SEPARATOR = "\u0000\n";

/**
 * Runs blocks that import the package by its name, one after another in one process. Its environment has only an API
 * key and a base URL.
 *
 * @param url - The base URL of an emulator.
 * @param folder - The folder from which the blocks import packages; by default the root.
 * @param preload - Modules that are loaded before the blocks.
 */
export function outcomeOf(
  blocks: readonly Block[],
  url: string,
  folder = "",
  preload: readonly string[] = [],
): Promise<BlocksOutcome> {
  return inTemporaryFolder(folder, async (path) => {
    const main = await writeModules(blocks, path);
    const { PATH, HOME } = process.env;
    const { exitCode, stdout, stderr } = await run(
      process.execPath,
      [...preload.flatMap((module) => ["--import", module]), main],
      { cwd: join(ROOT, folder), env: { PATH, HOME, TOGETHER_BASE_URL: url } },
    );
    const printed = stdout.split(SEPARATOR).slice(0, -1);
    return { exitCode, printed: printed.map(linesOf), stderr };
  });
}

/** Writes a module for each block, and one that runs them. Returns its path. */
async function writeModules(blocks: readonly Block[], folder: string): Promise<string> {
  for (const [place, block] of blocks.entries()) {
    await writeFile(join(folder, `${place}.mjs`), compiled(block));
  }
  // With a key of its own, a block has its own rate limiter.
  const lines = blocks.map(
    (_, place) => `process.env.TOGETHER_API_KEY = "any-${place}";
await import("./${place}.mjs");
process.stdout.write(${JSON.stringify(SEPARATOR)});\n`,
  );
  const main = join(folder, "main.mjs");
  await writeFile(main, lines.join(""));
  return main;
}

/** Returns the outcome that the comments of the blocks document. */
export function documentedOutput(blocks: readonly Block[]): BlocksOutcome {
  return { exitCode: 0, printed: blocks.map(documentedLines), stderr: "" };
}

/** Returns the lines that a block prints by its comments, without the quotes of strings. */
export function documentedLines({ code }: Block): string[] {
  const comments = [...code.matchAll(/(?:console\.log\(.*\/\/ |\/\/ prints )(.+)$/gm)];
  return comments.map(([, line = ""]) => line.replaceAll(/^"|"$/g, ""));
}

function linesOf(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}
