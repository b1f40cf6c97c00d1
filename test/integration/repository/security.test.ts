import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import packageJson from "../../../package.json" with { type: "json" };

describe("SECURITY.md", () => {
  const named = [...readFileSync("SECURITY.md", "utf8").matchAll(/`(test\/[^`]+)`/g)].map(([, path]) => path);

  it("names a test for each promise", () => {
    expect(named.length).toBeGreaterThan(8);
  });

  it.each(named)("names an existing test: %s", (path) => {
    expect(existsSync(path ?? "")).toBe(true);
  });
});

describe("installation", () => {
  it("runs no script of this package", () => {
    const scripts = Object.keys(packageJson.scripts);
    const run = ["preinstall", "install", "postinstall", "preprepare", "prepare", "postprepare"];
    expect(scripts.filter((name) => run.includes(name))).toEqual([]);
  });

  it("installs one dependency, which is declared", () => {
    expect(Object.keys(packageJson.dependencies)).toEqual(["together-ai"]);
  });

  it("checks every development package against a hash of the lockfile", () => {
    const lock = JSON.parse(readFileSync("package-lock.json", "utf8")) as {
      packages: Record<string, { integrity?: string }>;
    };
    const packages = Object.entries(lock.packages);
    const unknown = packages.filter(([path, { integrity }]) => path !== "" && !integrity);
    expect(unknown.map(([path]) => path)).toEqual([]);
  });
});
