import { writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import ts from "typescript";
import { run } from "../../support/program.js";
import { ROOT, type Block } from "./blocks.js";
import { inTemporaryFolder } from "./temporary.js";

/** The newest compiler, which takes a tenth of the time. It has no API. */
export const COMPILER = join(ROOT, "node_modules/typescript-7/bin/tsc");

/**
 * Compiles the blocks as one project, and returns its errors, such as `README.md:15 line 3: error TS2322: ...`.
 *
 * @param folder - The folder whose settings and packages the blocks have.
 */
export function compilerErrors(blocks: readonly Block[], folder = ""): Promise<string[]> {
  return inTemporaryFolder(folder, async (path) => {
    const settings = { extends: relative(path, configOf(folder)), include: ["*.ts"], exclude: [] };
    await writeFile(join(path, "tsconfig.json"), JSON.stringify(settings));
    for (const [place, { code }] of blocks.entries()) {
      // The export makes the block a module. Otherwise all blocks would share their names.
      await writeFile(join(path, `${place}.ts`), `${code}\nexport {};\n`);
    }
    const { stdout, stderr } = await run(process.execPath, [COMPILER, "--pretty", "false"], { cwd: path });
    const named = `${stdout}${stderr}`.replaceAll(
      /^(\d+)\.ts\((\d+),\d+\)/gm,
      (_, place: string, line: string) => `${blocks[Number(place)]?.name} line ${line}`,
    );
    return named.split("\n").filter((line) => line !== "");
  });
}

/** Compiles a block to a JavaScript module. */
export function compiled({ code }: Block): string {
  return ts.transpileModule(code, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ES2022 },
  }).outputText;
}

function configOf(folder: string): string {
  return ts.findConfigFile(join(ROOT, folder), (path) => ts.sys.fileExists(path)) ?? "";
}
