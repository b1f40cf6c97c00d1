/** The TypeScript versions that compile a project without `skipLibCheck`, by docs/reference/compatibility.md. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import packageJson from "../../../package.json" with { type: "json" };
import { pack, Project, ROOT } from "./project.js";
import { COMPILERS, NEWEST, OLDEST, VERSIONS, type Version } from "./typescript.js";

const versions: Readonly<Record<string, string>> = packageJson.devDependencies;
const FRAMEWORKS = ["@langchain/core", "ai", "llamaindex"];
const PACKAGES = ["@types/node", ...FRAMEWORKS];
const OPTIONS = ["--strict", "--noEmit", "--module", "nodenext", "--target", "es2022", "--types", "node"];

const page = readFileSync(join(ROOT, "docs/reference/compatibility.md"), "utf8");

/** The rows of the table: the imports, the lowest version, and the packages that have errors below it. */
const rows = [...page.matchAll(/^\| (`together-retrieval.*?) +\| (\S+) +\| (.*?) +\|$/gm)].map(
  ([, imports = "", lowest = "", faulty = ""], place) => ({
    file: `row-${place}.mts`,
    entry: imports,
    imports: quotedIn(imports),
    lowest: VERSIONS.find((version) => version === lowest),
    faulty: quotedIn(faulty).toSorted(),
    claim: `${lowest}, ${faulty}`,
  }),
);

/** Rows with the same claim are compiled together, which halves the time. */
const claims = [...new Set(rows.map(({ claim }) => claim))];
const groups = claims
  .map((claim) => rows.filter((row) => row.claim === claim))
  .map((same) => ({
    entries: same.map(({ entry }) => entry).join(", "),
    files: same.map(({ file }) => file),
    lowest: same[0]?.lowest,
    faulty: same[0]?.faulty ?? [],
  }));

let project: Project;

beforeAll(async () => {
  project = await Project.create();
  const packages = PACKAGES.map((name) => `${name}@${versions[name]}`);
  await project.install(await pack(project.folder), ...packages, "@types/json-schema@7.0.15");
  for (const { file, imports } of rows) {
    const lines = imports.map((name, at) => `import * as m${at} from "${name}";\nexport { m${at} };\n`);
    await project.write(file, lines.join(""));
  }
});

afterAll(() => project.remove());

describe("the declarations, checked without skipLibCheck", () => {
  it("are those of every entry, by the versions that the page names", () => {
    const entries = Object.keys(packageJson.exports).filter((entry) => entry !== "./package.json");
    const wanted = entries.map((entry) => `together-retrieval${entry.slice(1)}`);
    expect(new Set(rows.flatMap(({ imports }) => imports))).toEqual(new Set([...wanted, "ai"]));
    for (const name of FRAMEWORKS) expect(page).toContain(`\`${name}\` ${versions[name]}`);
  });

  const compiling = groups.flatMap(({ lowest, ...group }) => (lowest ? [{ ...group, lowest }] : []));

  it.each(compiling)(
    "of $entries compile with TypeScript $lowest and the newest",
    async ({ files, lowest }) => {
      for (const version of [lowest, NEWEST]) expect(await compile(version, files)).toBe("");
    },
  );

  it.each(compiling.filter(({ lowest }) => lowest !== OLDEST))(
    "of $entries have errors with the TypeScript before $lowest, all of them in the framework",
    async ({ files, lowest, faulty }) => {
      const before = VERSIONS[VERSIONS.indexOf(lowest) - 1] as Version;
      expect(packagesIn(await compile(before, files))).toEqual(faulty);
    },
  );

  it.each(groups.filter(({ lowest }) => !lowest))(
    "of $entries have errors with the newest TypeScript, all of them in the framework",
    async ({ files, faulty }) => {
      expect(packagesIn(await compile(NEWEST, files))).toEqual(faulty);
    },
  );
});

/** Returns the errors that a compiler prints; empty if there is none. */
async function compile(version: Version, files: readonly string[]): Promise<string> {
  const options = [...OPTIONS, "--pretty", "false"];
  return project.run("node", [COMPILERS[version], ...options, ...files]).then(
    ({ stdout }) => stdout,
    (error: Error) => error.message,
  );
}

/** Returns the packages whose files have errors, and the names of the project's files that have errors. */
function packagesIn(output: string): string[] {
  const files = [...output.matchAll(/^(\S+)\(\d+,\d+\): error TS/gm)].map(([, file = ""]) => file);
  const packages = files.map((file) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? file);
  return [...new Set(packages)].toSorted();
}

function quotedIn(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
}
