import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { runScript, type Outcome } from "../../support/program.js";
import { prepare } from "../../../tools/prepare.js";

const LOCKFILE = "package-lock.json";
const INSTALLED = "node_modules/.package-lock.json";
/** What the fake npm does: it creates the file that npm creates last. */
const INSTALL = `cd "$3" && mkdir -p node_modules && touch ${INSTALLED}`;
const DEPENDENCIES = { words: "file:words" };

/** A folder whose only dependency is inside it, so that "npm ci" needs no registry. */
let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "prepare-"));
  mkdirSync(join(home, "programs"));
  mkdirSync(join(home, "words"));
  mkdirSync(join(home, "bin"));
  writeFileSync(join(home, "bin/npm"), `#!/bin/sh\n${INSTALL}\n`, { mode: 0o755 });
  write("words/package.json", { name: "words", version: "1.0.0" });
  write("package.json", { name: "prepared", private: true, dependencies: DEPENDENCIES });
  write(LOCKFILE, {
    name: "prepared",
    lockfileVersion: 3,
    requires: true,
    packages: {
      "": { name: "prepared", dependencies: DEPENDENCIES },
      words: { version: "1.0.0" },
      "node_modules/words": { resolved: "words", link: true },
    },
  });
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true });
});

function write(path: string, content: unknown): void {
  writeFileSync(join(home, path), JSON.stringify(content));
}

/** Runs the program. */
function run(...words: string[]): Promise<Outcome> {
  return runScript("tools/prepare.ts", words);
}

/** Prepares with the fake npm, in this process, in a tenth of the time. Returns the printed lines. */
async function printedBy(folder: string, npmOptions: readonly string[] = []): Promise<string[]> {
  const printed = vi.spyOn(console, "error").mockReturnValue();
  vi.stubEnv("PATH", `${join(home, "bin")}:${process.env["PATH"]}`);
  try {
    await prepare(folder, npmOptions);
    return printed.mock.calls.map(String);
  } finally {
    printed.mockRestore();
  }
}

function installedAt(): number {
  return statSync(join(home, INSTALLED)).mtimeMs;
}

/** Returns the printed lines without npm's warnings about its settings. */
function lines({ stderr }: Outcome): string[] {
  return stderr.split("\n").filter((line) => line && !line.startsWith("npm warn"));
}

describe("tools/prepare.ts", () => {
  it("installs the packages of the nearest package.json upward and prints one line", async () => {
    const outcome = await run(join(home, "programs"));

    expect(lines(outcome)).toEqual([expect.stringMatching(/^npm ci --prefix .*prepare-\w+$/)]);
    expect(outcome).toMatchObject({ exitCode: 0, stdout: "" });
    expect(existsSync(join(home, "node_modules/words/package.json"))).toBe(true);
  });

  it("prints and installs nothing if the packages are newer than the lockfile", async () => {
    await printedBy(home);
    const before = installedAt();

    expect(await printedBy(home)).toEqual([]);
    expect(installedAt()).toBe(before);
  });

  it("installs again if the lockfile is newer than the packages", async () => {
    await printedBy(home);
    const soon = new Date(installedAt() + 1_000);
    utimesSync(join(home, LOCKFILE), soon, soon);

    expect(await printedBy(home)).toHaveLength(1);
  });

  it("installs once if two processes prepare the same folder", async () => {
    const outcomes = await Promise.all([run(home), run(join(home, "programs"))]);

    expect(outcomes.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    expect(outcomes.flatMap(lines)).toHaveLength(1);
  });

  it("passes options to npm", async () => {
    expect(await printedBy(home, ["--ignore-scripts"])).toEqual([
      expect.stringMatching(/ --ignore-scripts$/),
    ]);
  });

  it("installs with the registry's versions if npm's cache does not have those of the lockfile", async () => {
    const stale = `#!/bin/sh\ncase "$*" in *offline*) exit 1 ;; esac\n${INSTALL}\n`;
    writeFileSync(join(home, "bin/npm"), stale, { mode: 0o755 });

    expect(await printedBy(home)).toHaveLength(1);
    expect(existsSync(join(home, INSTALLED))).toBe(true);
  });

  it("leaves the packages of the repository's root alone", async () => {
    expect([await printedBy("src"), await printedBy("docs")]).toEqual([[], []]);
  });

  it("names a folder that does not exist", async () => {
    const outcome = await run("no-such-folder");

    expect(outcome.exitCode).toBe(1);
    expect(lines(outcome)).toEqual([
      "Cannot prepare no-such-folder: there is no such folder; check its name",
    ]);
  });

  it("fails if npm fails, and shows npm's reason", async () => {
    const dependencies = { ...DEPENDENCIES, programs: "file:programs" };
    write("programs/package.json", { name: "programs", version: "1.0.0" });
    write("package.json", { name: "prepared", private: true, dependencies });

    const outcome = await run(home);

    expect(outcome.exitCode).toBe(1);
    expect(outcome.stderr).toMatch(/Missing: programs@.+ from lock file/);
  });
});
