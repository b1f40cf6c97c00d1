import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runScript, type Outcome } from "../../test/support/program.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const FILES = ["package.json", "package-lock.json", "CHANGELOG.md", ".npmrc"];

interface Versions {
  readonly version: string;
  readonly packages?: Readonly<Record<string, { version: string }>>;
}

let folder: string;

/** Creates a repository with the files of a release, at 1.2.3, with an unreleased change. */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "release-"));
  for (const file of FILES) cpSync(join(ROOT, file), join(folder, file));
  const current = (JSON.parse(read("package.json")) as Versions).version;
  for (const file of FILES) write(file, read(file).replaceAll(current, "1.2.3"));
  write("package.json", read("package.json").replaceAll("/OWNER/", "/somebody/"));
  write("CHANGELOG.md", withUnreleased("### Fixed\n\n- A text that was lost is found.\n"));
  git("init", "--quiet");
  git("config", "user.email", "somebody@example.org");
  git("config", "user.name", "Somebody");
  commit();
});

afterEach(() => rmSync(folder, { recursive: true }));

function read(file: string): string {
  return readFileSync(join(folder, file), "utf8");
}

function write(file: string, text: string): void {
  writeFileSync(join(folder, file), text);
}

function git(...args: string[]): string {
  return execFileSync("git", args, { cwd: folder, encoding: "utf8" });
}

function commit(): void {
  git("add", "--all");
  git("commit", "--quiet", "--message", "Something");
}

/** Returns CHANGELOG.md with only these lines in the section [Unreleased]. */
function withUnreleased(lines: string): string {
  return read("CHANGELOG.md").replace(/^## \[Unreleased\]\n[^]*?(?=^## )/m, `## [Unreleased]\n\n${lines}\n`);
}

function release(...args: string[]): Promise<Outcome> {
  return runScript(join(ROOT, "tools/release/main.ts"), args, { cwd: folder });
}

describe("npm run release", () => {
  it("writes the version to three files, and the date to CHANGELOG.md", async () => {
    const before = read("CHANGELOG.md");
    const { exitCode, stderr } = await release("1.3.0");
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const lock = JSON.parse(read("package-lock.json")) as Versions;
    expect((JSON.parse(read("package.json")) as Versions).version).toBe("1.3.0");
    expect([lock.version, lock.packages?.[""]?.version]).toEqual(["1.3.0", "1.3.0"]);
    const heading = `## [Unreleased]\n\n## [1.3.0] - ${new Date().toISOString().slice(0, 10)}\n`;
    expect(read("CHANGELOG.md")).toBe(before.replace("## [Unreleased]\n", heading));
  });

  it("changes one line in package.json, two in its lockfile, and commits nothing", async () => {
    await release("2.0.0-rc.1");
    expect(git("diff", "--numstat")).toBe(
      "2\t0\tCHANGELOG.md\n2\t2\tpackage-lock.json\n1\t1\tpackage.json\n",
    );
    expect(git("log", "--oneline").trim().split("\n")).toHaveLength(1);
    expect(git("tag")).toBe("");
  });

  it("prints the next steps, and the workflow that publishes", async () => {
    const { stdout } = await release("1.3.0");
    expect(stdout).toContain("npm run verify");
    expect(stdout).toContain("git tag --annotate v1.3.0");
    expect(stdout).toContain("gh release create v1.3.0 --verify-tag --generate-notes");
    const [workflow = ""] = stdout.match(/\.github\/workflows\/\S+\.yml/) ?? [];
    expect(readFileSync(join(ROOT, workflow), "utf8")).toContain("npm publish --provenance");
  });

  it("prints --prerelease for a prerelease, which npm then does not install by default", async () => {
    const { stdout } = await release("1.3.0-rc.1");
    expect(stdout).toContain("gh release create v1.3.0-rc.1 --verify-tag --prerelease --generate-notes");
  });

  it.each(["homepage", "bugs", "repository"] as const)(
    "rejects a placeholder in %s of package.json",
    async (field) => {
      const current = JSON.parse(read("package.json")) as Record<string, object | string>;
      const address = JSON.stringify(current[field]).replace("/somebody/", "/OWNER/");
      write("package.json", JSON.stringify({ ...current, [field]: JSON.parse(address) as unknown }));
      commit();
      expect(await release("1.3.0")).toEqual({
        exitCode: 2,
        stdout: "",
        stderr:
          "Cannot prepare release 1.3.0: package.json does not name the repository; " +
          "replace OWNER in its addresses, and commit\n",
      });
      expect(git("status", "--porcelain")).toBe("");
    },
  );

  it.each([
    [[], "Cannot prepare a release: the version is missing; run npm run release -- 0.2.0"],
    [["1.3"], 'Cannot prepare a release: "1.3" is not a version; write it like 0.2.0'],
    [["v1.3.0"], 'Cannot prepare a release: "v1.3.0" is not a version; write it like 0.2.0'],
    [["1.2.3"], "Cannot prepare release 1.2.3: package.json is at 1.2.3; name a higher version"],
    [["1.2.2"], "Cannot prepare release 1.2.2: package.json is at 1.2.3; name a higher version"],
  ])("rejects the arguments %j with an error message", async (args, sentence) => {
    expect(await release(...args)).toEqual({ exitCode: 2, stdout: "", stderr: `${sentence}\n` });
    expect(git("status", "--porcelain")).toBe("");
  });

  it("rejects uncommitted changes", async () => {
    write("notes.txt", "To be done");
    const { exitCode, stderr } = await release("1.3.0");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("1 file is not committed");
  });

  it.each([
    [
      "has no section [Unreleased]",
      () => read("CHANGELOG.md").replace(/^## \[Unreleased\]\n[^]*?(?=^## )/m, ""),
    ],
    ["the section [Unreleased] of CHANGELOG.md is empty", () => withUnreleased("")],
    ["does not have the format of Keep a Changelog", () => withUnreleased("### Nonsense\n\n- What?\n")],
    ["is at 1.1.0, package.json is at 1.2.3", () => read("CHANGELOG.md").replace("[1.2.3]", "[1.1.0]")],
  ])("rejects a CHANGELOG.md: %s", async (problem, text) => {
    write("CHANGELOG.md", text());
    commit();
    const { exitCode, stderr } = await release("1.3.0");
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining(problem) as string });
    expect(git("status", "--porcelain")).toBe("");
  });
});
