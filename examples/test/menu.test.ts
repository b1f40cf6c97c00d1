import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runScript, type Outcome } from "../../test/support/program.js";

/** The files that the menu imports, without the packages of the root and the build. */
const SOURCES = ["examples", "tools/prepare.ts", "package.json", "tsconfig.json"];
/** Folders that are too large to copy. They exist after "npm ci" and a build. */
const LINKED = ["node_modules", "dist", "docs", "src", "test"];

/** A copy of the repository in which only the packages of the root are installed. */
let clone: string;
let names: string[];

beforeAll(async () => {
  clone = mkdtempSync(join(tmpdir(), "menu-"));
  mkdirSync(join(clone, "tools"));
  for (const path of SOURCES) {
    cpSync(path, join(clone, path), { recursive: true, filter: isSource });
  }
  for (const path of LINKED) symlinkSync(resolve(path), join(clone, path), "junction");
  const { stdout } = await example("--help");
  names = [...stdout.matchAll(/^ {2}(\w+) {2,}\S/gm)].map(([, name = ""]) => name);
});

afterAll(() => rmSync(clone, { recursive: true }));

function isSource(path: string): boolean {
  return !["node_modules", ".next"].includes(basename(path));
}

/** Runs the menu without npm in the path: an attempt to install a package fails. */
function example(...words: string[]): Promise<Outcome> {
  return runScript("examples/example.ts", words, { cwd: clone, env: { PATH: clone } });
}

async function helpOf(name: string): Promise<string> {
  const { exitCode, stdout, stderr } = await example(name, "--help");
  expect({ name, exitCode, stderr }).toEqual({ name, exitCode: 0, stderr: "" });
  const command = String.raw`^Usage: (<.+> \| )?npm run (--silent )?example ${name}( -- .+)?\n`;
  expect(stdout).toMatch(new RegExp(command));
  return stdout;
}

describe("npm run example in a fresh clone", { timeout: 60_000 }, () => {
  it("lists the examples", () => {
    expect(names).toEqual(expect.arrayContaining(["search", "rerank", "observe", "evaluate", "mastra"]));
  });

  it("prints the help of each example without its packages", async () => {
    const helps = await Promise.all(names.map(helpOf));
    // Next.js reads its settings itself.
    for (const help of helps.filter((_, place) => names[place] !== "next-rag")) {
      expect(help).toMatch(/^Usage: .+\n\n/);
      expect(help).toContain("TOGETHER_API_KEY");
    }
  });

  it("prints the command before it installs what an example needs", async () => {
    for (const name of ["observe", "evaluate", "mastra"]) {
      const { exitCode, stderr } = await example(name);
      expect({ name, exitCode }).toEqual({ name, exitCode: 1 });
      expect(stderr).toMatch(/^npm ci --prefix examples\S*\n/);
      expect(stderr).toContain("spawnSync npm ENOENT");
    }
  });
});
