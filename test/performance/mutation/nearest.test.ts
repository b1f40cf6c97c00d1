import { existsSync, readdirSync, readFileSync } from "node:fs";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { nearest } from "./nearest.js";

/** Paths below `src`, without `.ts`. */
const files = readdirSync("src/core", { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .map((path) => `core/${path.replaceAll("\\", "/").slice(0, -".ts".length)}`);

function sourceOf(name: string): string {
  return `src/${name}.ts`;
}

/** Returns whether a file without its types contains more than imports and exports. */
function hasRuntimeCode(name: string): boolean {
  const text = readFileSync(sourceOf(name), "utf8");
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ESNext },
  });
  const { statements } = ts.createSourceFile("out.js", outputText, ts.ScriptTarget.Latest);
  return statements.some((one) => !ts.isImportDeclaration(one) && !ts.isExportDeclaration(one));
}

describe("nearest.js", () => {
  it("names only files that exist", () => {
    expect(Object.keys(nearest).filter((name) => !existsSync(sourceOf(name)))).toEqual([]);
  });

  it("names every file of src/core that has code at run time", () => {
    const missing = files.filter((name) => hasRuntimeCode(name) && !Object.hasOwn(nearest, name));
    expect(missing).toEqual([]);
  });

  it("names only tests that exist", () => {
    const tests = [...new Set(Object.values(nearest).flat())];
    expect(tests.filter((name) => !existsSync(`test/${name}.test.ts`))).toEqual([]);
  });
});
