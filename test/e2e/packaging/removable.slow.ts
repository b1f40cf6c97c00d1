/**
 * LlamaIndex.TS is discontinued. When it can no longer be installed, the files and pieces below are deleted, and all
 * lines of package.json that name it. These tests show that the rest still works.
 */

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Project, ROOT } from "./project.js";

/** Files and folders that are deleted. */
const DELETED_PATHS = [
  "src/llamaindex",
  "test/unit/llamaindex",
  "test/e2e/security/llamaindex-arguments.slow.ts",
  "test/e2e/packaging/llamaindex.slow.ts",
  "test/integration/contract/drivers/llamaindex.ts",
  "examples/start-llamaindex",
  "docs/integrations/llamaindex.md",
  "docs/migration/from-llamaindex-together.md",
  "docs/reference/api/llamaindex.md",
  "etc/llamaindex.api.md",
];

/** Pieces of the other files that are deleted. */
const DELETED_PIECES: Readonly<Record<string, readonly RegExp[]>> = {
  "test/integration/contract/drivers/index.ts": [/^import .*"\.\/llamaindex\.js";\n/m, /, llamaindex(?=\])/],
  "test/integration/repository/architecture.test.ts": [/^ {2}"src\/llamaindex": .*\n/m],
  "README.md": [/^### LlamaIndex\.TS\n.*?(?=^### )/ms],
  "docs/reference/configuration.md": [/^\| `metadataMode` .*\n/m],
};

/** A link to a deleted page. */
const LINK = /\[([^\]]+)\]\([^)]*llamaindex[^)]*\.md[^)]*\)/g;

let copy: Project;

beforeAll(async () => {
  copy = await Project.create();
  for (const file of await ownFiles()) await cp(join(ROOT, file), join(copy.folder, file));
  await symlink(join(ROOT, "node_modules"), join(copy.folder, "node_modules"));
  await Promise.all(DELETED_PATHS.map((path) => rm(join(copy.folder, path), { recursive: true })));
  for (const [file, pieces] of Object.entries(DELETED_PIECES)) await deletePieces(file, pieces);
  await removeLinks();
  const description = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as unknown;
  await copy.write("package.json", `${JSON.stringify(withoutLlamaIndex(description), null, 2)}\n`);
});

afterAll(() => copy.remove());

const TESTS = [
  "test/integration/contract/embeddings",
  "test/integration/docs/links",
  "test/integration/repository/architecture",
  "test/integration/repository/surface",
];

it.each([
  ["is built", "npm", ["run", "build"]],
  ["compiles", "node", ["node_modules/typescript-7/bin/tsc", "--noEmit"]],
  [
    "passes the linter",
    "node_modules/.bin/oxlint",
    ["--type-aware", "--deny-warnings", "src", "test", "examples"],
  ],
  ["has no unused code", "node_modules/.bin/knip", []],
  ["passes its tests", "node_modules/.bin/vitest", ["run", "--reporter=dot", ...TESTS]],
])(
  "%s without LlamaIndex",
  async (_, program, args) => {
    await expect(copy.run(program, args, { NO_COLOR: "1" })).resolves.toBeDefined();
  },
  240_000,
);

/** Returns all files that git does not ignore. */
async function ownFiles(): Promise<string[]> {
  const args = ["ls-files", "--cached", "--others", "--exclude-standard"];
  const { stdout } = await promisify(execFile)("git", args, { cwd: ROOT });
  return stdout.split("\n").filter((file) => file !== "" && existsSync(join(ROOT, file)));
}

async function deletePieces(file: string, pieces: readonly RegExp[]): Promise<void> {
  const path = join(copy.folder, file);
  const whole = await readFile(path, "utf8");
  for (const piece of pieces) expect(whole, `${file} has nothing like ${piece}`).toMatch(piece);
  const left = pieces.reduce((text, piece) => text.replace(piece, ""), whole);
  await writeFile(path, left);
}

/** Replaces links to deleted pages by their text. */
async function removeLinks(): Promise<void> {
  const names = await readdir(join(copy.folder, "docs"), { recursive: true });
  const pages = names.filter((name) => name.endsWith(".md")).map((name) => join("docs", name));
  for (const page of ["README.md", ...pages]) {
    const text = await readFile(join(copy.folder, page), "utf8");
    await copy.write(page, text.replaceAll(LINK, "$1"));
  }
}

/** Removes the properties and array items that name LlamaIndex from package.json. The description stays. */
function withoutLlamaIndex(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((one) => !namesIt(one)).map(withoutLlamaIndex);
  if (typeof value !== "object" || value === null) return value;
  const left = Object.entries(value).filter(([name]) => !namesIt(name));
  return Object.fromEntries(left.map(([name, one]) => [name, withoutLlamaIndex(one)]));
}

function namesIt(text: unknown): boolean {
  return typeof text === "string" && text.includes("llamaindex");
}
