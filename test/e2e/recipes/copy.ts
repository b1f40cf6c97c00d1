import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { ROOT } from "../../integration/docs/blocks.js";

/** Files and folders that a recipe changes or that its tests read. */
const COPIED = [
  "src",
  "test",
  "docs",
  "README.md",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
  "vitest.config.ts",
  "knip.json",
  "tools",
];

/** Compiles the sources, and the tests that need no build and no other packages. */
const TSCONFIG = {
  extends: "./tsconfig.json",
  include: ["src", "test/{unit,integration,support}"],
};

/** Result of a command. */
export interface Outcome {
  readonly exitCode: number | null;
  readonly output: string;
}

/** A copy of the repository that tests may change. */
export class Copy {
  readonly #folder = mkdtempSync(join(tmpdir(), "together-retrieval-change-"));

  constructor() {
    for (const name of COPIED) {
      cpSync(join(ROOT, name), join(this.#folder, name), { recursive: true, filter: isSource });
    }
    symlinkSync(join(ROOT, "node_modules"), join(this.#folder, "node_modules"));
    writeFileSync(join(this.#folder, "tsconfig.change.json"), JSON.stringify(TSCONFIG));
    writeFileSync(join(this.#folder, ".gitignore"), "node_modules*\n");
    this.run("git init --quiet && git add --all");
    this.run("git -c user.name=copy -c user.email=copy@example.org commit --quiet --message copy");
  }

  /**
   * Applies a diff.
   *
   * @param excluded - A file that stays unchanged.
   */
  apply(diff: string, excluded?: string): Outcome {
    const exclude = excluded ? ` --exclude=${excluded}` : "";
    return this.run(`git apply${exclude}`, diff);
  }

  compile(): Outcome {
    return this.run("node node_modules/typescript-7/bin/tsc --noEmit --project tsconfig.change.json");
  }

  /** Undoes all changes. */
  reset(): void {
    this.run("git reset --quiet --hard && git clean --quiet --force -d");
  }

  /** Runs a command, without npx: its start would take a quarter of the CPU time of a small test. */
  run(command: string, input = ""): Outcome {
    const direct = command.replace(/^npx /, "node_modules/.bin/");
    const env = { ...process.env, NO_COLOR: "1", VITEST: undefined };
    const done = spawnSync("bash", ["-c", direct], { cwd: this.#folder, input, encoding: "utf8", env });
    return { exitCode: done.status, output: done.stdout + done.stderr };
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }
}

function isSource(path: string): boolean {
  return basename(path) !== "node_modules";
}
