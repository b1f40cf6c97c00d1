import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";

/** An entry of a lockfile. */
interface Entry {
  readonly dependencies?: Names;
  readonly devDependencies?: Names;
  readonly optionalDependencies?: Names;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly inBundle?: boolean;
}

type Names = Readonly<Record<string, string>>;

const ROOT = join(import.meta.dirname, "../../..");
const REGISTRY = "https://registry.npmjs.org/";
const GIT_FILES = [
  "ls-files",
  "--cached",
  "--others",
  "--exclude-standard",
  "package.json",
  "*/package.json",
];

const folders = execFileSync("git", GIT_FILES, { cwd: ROOT, encoding: "utf8" })
  .trim()
  .split("\n")
  .map((file) => dirname(file));

describe.each(folders)("the lockfile of %s", (folder) => {
  const entries = entriesOf(folder);

  it("has what package.json asks for", () => {
    const { dependencies, devDependencies, optionalDependencies } = readJson(folder, "package.json") as Entry;
    expect(entries[""]).toMatchObject({ ...of({ dependencies, devDependencies, optionalDependencies }) });
  });

  it("has every dependency, and the optional builds for all platforms", () => {
    const missing = Object.entries(entries).flatMap(([path, { dependencies, optionalDependencies }]) =>
      Object.keys({ ...dependencies, ...optionalDependencies })
        .filter((name) => !isFound(entries, path, name))
        .map((name) => `${path}: ${name}`),
    );
    expect(missing).toEqual([]);
  });

  it("has the integrity of every package, and no other registry than npm's", () => {
    const wrong = Object.entries(entries).filter(
      ([path, { integrity, resolved = REGISTRY, inBundle }]) =>
        path !== "" && ((!integrity && !inBundle) || !resolved.startsWith(REGISTRY)),
    );
    expect(wrong.map(([path]) => path)).toEqual([]);
  });

  it("is written without the address of a registry", () => {
    expect(readFileSync(join(ROOT, folder, ".npmrc"), "utf8")).toContain(
      "omit-lockfile-registry-resolved=true\n",
    );
  });
});

function entriesOf(folder: string): Readonly<Record<string, Entry>> {
  const { packages } = readJson(folder, "package-lock.json") as { packages: Readonly<Record<string, Entry>> };
  return packages;
}

function readJson(folder: string, file: string): unknown {
  return JSON.parse(readFileSync(join(ROOT, folder, file), "utf8"));
}

/** Whether Node finds a package from `path`: in its node_modules, or in the node_modules of a parent folder. */
function isFound(entries: Readonly<Record<string, Entry>>, path: string, name: string): boolean {
  if (`${path}${path && "/"}node_modules/${name}` in entries) return true;
  return (
    path !== "" && isFound(entries, path.slice(0, Math.max(0, path.lastIndexOf("/node_modules/"))), name)
  );
}

function of(names: Readonly<Record<string, Names | undefined>>): Readonly<Record<string, Names>> {
  return Object.fromEntries(Object.entries(names).flatMap(([kind, value]) => (value ? [[kind, value]] : [])));
}
