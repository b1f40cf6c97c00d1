import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { ROOT } from "../../integration/docs/blocks.js";

/** What of the repository a change can touch, and what its tests read. */
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

/** What is compiled: the source and the tests that need no build and no packages of their own. */
const TSCONFIG = {
  extends: "./tsconfig.json",
  include: ["src", "test/{unit,integration,support}"],
};

/** What a command did. */
export interface Outcome {
  readonly exitCode: number | null;
  readonly output: string;
}

/** The repository once more, in a folder where it may be changed. */
export class Copy {
  readonly #folder = mkdtempSync(join(tmpdir(), "together-retrieval-change-"));

  constructor() {
    for (const name of COPIED) {
      cpSync(join(ROOT, name), join(this.#folder, name), { recursive: true, filter: isOurs });
    }
    symlinkSync(join(ROOT, "node_modules"), join(this.#folder, "node_modules"));
    writeFileSync(join(this.#folder, "tsconfig.change.json"), JSON.stringify(TSCONFIG));
    writeFileSync(join(this.#folder, ".gitignore"), "node_modules*\n");
    this.run("git init --quiet && git add --all");
    this.run("git -c user.name=copy -c user.email=copy@example.org commit --quiet --message copy");
  }

  /** Makes a change; a file that is left out stays as it is. */
  apply(diff: string, leftOut?: string): Outcome {
    const exclude = leftOut ? ` --exclude=${leftOut}` : "";
    return this.run(`git apply${exclude}`, diff);
  }

  compile(): Outcome {
    return this.run("node node_modules/typescript-7/bin/tsc --noEmit --project tsconfig.change.json");
  }

  /** Takes every change back. */
  reset(): void {
    this.run("git reset --quiet --hard && git clean --quiet --force -d");
  }

  run(command: string, input = ""): Outcome {
    const env = { ...process.env, NO_COLOR: "1", VITEST: undefined };
    const done = spawnSync("bash", ["-c", command], { cwd: this.#folder, input, encoding: "utf8", env });
    return { exitCode: done.status, output: done.stdout + done.stderr };
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }
}

function isOurs(path: string): boolean {
  return basename(path) !== "node_modules";
}
