/** The TypeScript versions that compile a project without `skipLibCheck`, by docs/reference/compatibility.md. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import packageJson from "../../../package.json" with { type: "json" };
import { FRAMEWORKS, pinned, projectWithFrameworks } from "./packed.js";
import { ROOT, type Project } from "./project.js";
import { COMPILERS, NEWEST, VERSIONS, type Version } from "./typescript.js";

const OPTIONS = ["--strict", "--noEmit", "--module", "nodenext", "--target", "es2022", "--types", "node"];

const page = readFileSync(join(ROOT, "docs/reference/compatibility.md"), "utf8");

/** The rows of the table: the imports, the lowest version, and the packages that have errors below it. */
const rows = [...page.matchAll(/^\| (`together-retrieval.*?) +\| (\S+) +\| (.*?) +\|$/gm)].map(
  ([, imports = "", lowest = "", faulty = ""], place) => ({
    file: `row-${place}.mts`,
    imports: quotedIn(imports),
    lowest: VERSIONS.find((version) => version === lowest),
    faulty: quotedIn(faulty),
  }),
);

/**
 * What each version shows in one run, which takes up to 10 s: the rows whose lowest version it is have no errors, and
 * those whose lowest version is the next have errors in the packages of the table. The newest compiles all rows.
 */
const runs = VERSIONS.map((version, place) => {
  const correct = rows.filter(({ lowest }) => lowest === version || (lowest && version === NEWEST));
  const wrong = rows.filter(({ lowest }) => lowest === VERSIONS[place + 1]);
  const packages = new Set(wrong.flatMap(({ faulty }) => faulty));
  return {
    version,
    files: [...correct, ...wrong].map(({ file }) => file),
    packages: [...packages].toSorted(),
  };
}).filter(({ files }) => files.length > 0);

let project: Project;

beforeAll(async () => {
  project = await projectWithFrameworks();
  for (const { file, imports } of rows) {
    const lines = imports.map((name, at) => `import * as m${at} from "${name}";\nexport { m${at} };\n`);
    await project.write(file, lines.join(""));
  }
});

describe("the declarations, checked without skipLibCheck", () => {
  it("are those of every entry, by the versions that the page names", () => {
    const entries = Object.keys(packageJson.exports).filter((entry) => entry !== "./package.json");
    const wanted = entries.map((entry) => `together-retrieval${entry.slice(1)}`);
    expect(new Set(rows.flatMap(({ imports }) => imports))).toEqual(new Set([...wanted, "ai"]));
    for (const name of FRAMEWORKS) expect(page).toContain(`\`${name}\` ${pinned(name).split("@").at(-1)}`);
  });

  it.each(runs)(
    "have errors with TypeScript $version in the packages of the table alone",
    async ({ version, files, packages }) => {
      expect(packagesIn(await compile(version, files))).toEqual(packages);
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

/** Returns the packages and files of the project that have errors, or the output if it has no file's error. */
function packagesIn(output: string): string[] {
  const files = [...output.matchAll(/^(\S+)\(\d+,\d+\): error TS/gm)].map(([, file = ""]) => file);
  if (files.length === 0) return output === "" ? [] : [output];
  const packages = files.map((file) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? file);
  return [...new Set(packages)].toSorted();
}

function quotedIn(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
}
