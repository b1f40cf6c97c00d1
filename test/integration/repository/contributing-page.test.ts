import { existsSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { describe, expect, it } from "vitest";
import { sources } from "../../support/source.js";

const page = readFileSync("CONTRIBUTING.md", "utf8");
/** The files that each file imports at run time. */
const imports = new Map(
  sources().map(({ path, imports: list }) => [
    path,
    list
      .filter(({ from, kind }) => from.startsWith(".") && kind !== "types")
      .map(({ from }) => posix.join(posix.dirname(path), from).replace(/\.js$/, ".ts")),
  ]),
);

/** Returns the text of a section, up to the next heading of its level or higher. */
function section(heading: string): string {
  const [, level = "", title = ""] = /^(#+) (.*)$/.exec(heading) ?? [];
  const start = page.indexOf(`\n${heading}\n`);
  if (start < 0) throw new Error(`no section "${title}"`);
  const body = page.slice(start + 1);
  const next = body.slice(heading.length).search(new RegExp(`^#{1,${level.length}} `, "m"));
  return next < 0 ? body : body.slice(0, heading.length + next);
}

/** Returns the paths in backticks that begin with a folder of the repository. */
function pathsIn(text: string): string[] {
  const quoted = [...text.matchAll(/`([^`\s]+)`/g)].map(([, path = ""]) => path);
  return quoted.filter((path) => /^(?:src|test|docs|examples|tools|\.ci)\//.test(path));
}

/** Returns the folders in the diagram, with their parents. */
function foldersInDiagram(): string[] {
  const diagram = /```text\n([^]*?)```/.exec(section("## Architecture"))?.[1] ?? "";
  const parents: string[] = [];
  return diagram.split("\n").flatMap((line) => {
    const [, indent = "", name] = /^( *)([\w-]+)\//.exec(line) ?? [];
    if (name === undefined) return [];
    parents.length = indent.length / 2;
    parents.push(name);
    return parents.join("/");
  });
}

/** Whether a file imports another. */
function importsDirectly(from: string, to: string): boolean {
  return imports.get(from)?.includes(to) ?? false;
}

/** Whether a file imports another directly, or through one other file. */
function reaches(from: string, to: string): boolean {
  const between = imports.get(from) ?? [];
  return importsDirectly(from, to) || between.some((file) => importsDirectly(file, to));
}

/** Returns the numbered steps of a text's path, as the files in each step. */
function steps(): string[][] {
  const lines = section("### The path of a text").split("\n");
  return lines.filter((line) => /^\d+\. /.test(line)).map(pathsIn);
}

describe("CONTRIBUTING", () => {
  it("names files that exist, in commands too", () => {
    const named = [...page.matchAll(/\b(?:src|test|tools|examples)\/[\w./-]+\.(?:ts|md|js)\b/g)];
    expect(named.length).toBeGreaterThan(10);
    expect(named.map(([path]) => path).filter((path) => !existsSync(path))).toEqual([]);
  });
});

describe("Architecture in CONTRIBUTING", () => {
  it.each([...new Set(pathsIn(section("## Architecture")))])("names %s, which exists", (path) => {
    expect(existsSync(path)).toBe(true);
  });

  it("shows every folder of src/ and src/core, and no other", () => {
    const files = [...imports.keys()].map((path) => posix.dirname(path).split("/"));
    const expected = files.map((parts) => parts.slice(0, parts[1] === "core" ? 3 : 2).join("/"));
    const shown = foldersInDiagram();
    // In browsers, the build replaces the SDK by this folder. It is not part of the architecture.
    const hidden = ["src/browser"];
    expect(shown.toSorted()).toEqual(
      [...new Set(expected)].filter((folder) => !hidden.includes(folder)).toSorted(),
    );
  });
});

describe("The path of a text in CONTRIBUTING", () => {
  it("has at most 25 lines", () => {
    expect(section("### The path of a text").trimEnd().split("\n").length).toBeLessThanOrEqual(25);
  });

  it("names a file in every step", () => {
    expect(steps().length).toBeGreaterThan(5);
    expect(steps().filter((files) => files.length === 0)).toEqual([]);
  });

  it("follows imports: an earlier step imports each file, or the step before does through one file between", () => {
    const path = steps();
    const unreachable = path.flatMap((files, at) => {
      const [earlier, before] = [path.slice(0, at).flat(), path[at - 1]];
      if (!before) return [];
      return files.filter(
        (file) =>
          !earlier.some((one) => importsDirectly(one, file)) && !before.some((one) => reaches(one, file)),
      );
    });
    expect(unreachable).toEqual([]);
  });
});

describe("The glossary in CONTRIBUTING", () => {
  const terms = [...section("### Glossary").matchAll(/^\| ([^|]+?) +\|/gm)]
    .map(([, term = ""]) => term)
    .filter((term) => term !== "term" && !/^-+$/.test(term));

  it("has at most 20 terms, each once", () => {
    expect(terms.length).toBeGreaterThan(0);
    expect(terms.length).toBeLessThanOrEqual(20);
    expect(new Set(terms).size).toBe(terms.length);
  });
});
