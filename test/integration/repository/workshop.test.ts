/** The consistency of scripts, suites, steps of CI and lists of folders. */

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import packageJson from "../../../package.json" with { type: "json" };
import { quickSuites, slowSuites } from "../../../vitest.config.js";

const STEPS = ".ci/steps";
const scripts = Object.entries(packageJson.scripts);

/** Returns the suites that the commands in a text run. */
function suitesIn(text: string): string[] {
  return [...text.matchAll(/--project[ =]([\w-]+)|"--project", "([\w-]+)"/g)].map(
    ([, one, other = ""]) => one ?? other,
  );
}

function listIn(file: string, key: string): string[] {
  const body = new RegExp(`"${key}": \\[([^\\]]*)\\]`).exec(readFileSync(file, "utf8"))?.[1] ?? "";
  return [...body.matchAll(/"([^"]+)"/g)].map(([, name = ""]) => name).toSorted();
}

describe("the suites of vitest.config.ts", () => {
  it("run in npm test if they are quick, otherwise in a step of CI", () => {
    const steps = readdirSync(STEPS).map((name) => readFileSync(`${STEPS}/${name}`, "utf8"));
    const run = suitesIn([...steps, readFileSync("test/e2e/live/main.ts", "utf8")].join("\n"));
    expect(quickSuites.map(({ test }) => test?.name)).toContain("unit");
    expect(new Set(run)).toEqual(new Set(slowSuites.map(({ test }) => test?.name)));
  });
});

describe("the scripts of package.json", () => {
  it("are at most 18, each with a line in CONTRIBUTING", () => {
    const page = readFileSync("CONTRIBUTING.md", "utf8");
    expect(scripts.length).toBeLessThanOrEqual(18);
    const named = (name: string): boolean => new RegExp(`npm (?:run )?${name}\\b`).test(page);
    expect(scripts.map(([name]) => name).filter((name) => !named(name))).toEqual([]);
  });
});

describe("the folders that npm run check leaves out", () => {
  it("are the same for the compiler and the linter", () => {
    const left = listIn("tsconfig.json", "exclude");
    expect(left.length).toBeGreaterThan(5);
    expect(listIn(".oxlintrc.json", "ignorePatterns")).toEqual(left);
  });
});
