/** Measures the import of an entry, without its framework and the SDK, which a user has loaded already. */

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { max, median, min } from "simple-statistics";
import type { Figure } from "./summary.js";

/** The cost of one entry. */
export interface Import {
  readonly entry: string;
  /** Milliseconds to import it in a new process, after its framework and the SDK. */
  readonly ms: Figure;
  /** Size of its own code, minified and gzipped. */
  readonly bytes: number;
}

const execute = promisify(execFile);
const folder = new URL("../../../dist/", import.meta.url);

/** Measures one entry. */
export async function importOf(entry: string, repeats: number): Promise<Import> {
  const file = new URL(`${entry}.js`, folder);
  const { bytes, others } = await bundled(file.pathname);
  const times: number[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) times.push(await timed(others, file.href));
  return { entry, ms: { median: median(times), least: min(times), most: max(times) }, bytes };
}

async function bundled(file: string): Promise<{ bytes: number; others: string[] }> {
  const { outputFiles, metafile } = await build({
    entryPoints: [file],
    bundle: true,
    minify: true,
    format: "esm",
    platform: "node",
    packages: "external",
    metafile: true,
    write: false,
  });
  const [output] = Object.values(metafile.outputs);
  const others =
    output?.imports.filter(({ kind }) => kind === "import-statement").map(({ path }) => path) ?? [];
  return { bytes: gzipSync(outputFiles[0]?.contents ?? "").byteLength, others: [...new Set(others)] };
}

async function timed(others: readonly string[], file: string): Promise<number> {
  const script = `
    for (const other of ${JSON.stringify(others)}) await import(other);
    const start = performance.now();
    await import(${JSON.stringify(file)});
    console.log(performance.now() - start);`;
  const { stdout } = await execute(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: folder,
  });
  return Number(stdout);
}
