/**
 * `tsx tools/prepare.ts <folder …> [npm's options]`: installs the packages of the nearest package.json in or above
 * each folder. It prints one line per installation, and nothing if the packages are installed already.
 */

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const POLL_MS = 200;

/** Installs the packages of one folder if they are missing or older than its lockfile. */
export async function prepare(folder: string, npmOptions: readonly string[] = []): Promise<void> {
  const home = packageFolderOf(folder);
  // The packages of the root are installed already: this program needs tsx, which is one of them.
  if (home === resolve(ROOT) || isPrepared(home)) return;
  // Two "npm ci" in one folder would delete each other's files.
  await withLock(home, () => {
    if (!isPrepared(home)) install(home, npmOptions);
  });
}

function packageFolderOf(folder: string): string {
  if (!existsSync(folder))
    throw new Error(`Cannot prepare ${folder}: there is no such folder; check its name`);
  let home = resolve(folder);
  while (!existsSync(join(home, "package.json"))) {
    if (home === dirname(home)) {
      throw new Error(
        `Cannot prepare ${folder}: no folder above it has a package.json; name one in the repository`,
      );
    }
    home = dirname(home);
  }
  return home;
}

/** Determines whether an installation is complete. npm writes node_modules/.package-lock.json at its end. */
function isPrepared(home: string): boolean {
  const installed = statSync(join(home, "node_modules/.package-lock.json"), { throwIfNoEntry: false });
  return installed !== undefined && installed.mtimeMs >= statSync(join(home, "package-lock.json")).mtimeMs;
}

function install(home: string, npmOptions: readonly string[]): void {
  const path = relative(process.cwd(), home) || ".";
  console.error(["npm ci --prefix", path, ...npmOptions].join(" "));
  const options = ["--prefix", home, "--loglevel", "error", "--no-audit", "--no-fund", ...npmOptions];
  // A request per package to the registry, to update npm's cache, would take a sixth of the CPU time.
  if (npmCi([...options, "--prefer-offline"], "ignore")) return;
  // The cache does not know the newest versions of the lockfile.
  if (!npmCi(options, "inherit")) {
    throw new Error(`Cannot prepare ${path}: npm ci failed; see its errors above`);
  }
}

/** Runs npm ci without its list of added packages. With "inherit", it prints errors even in "npm run --silent". */
function npmCi(options: readonly string[], errors: "ignore" | "inherit"): boolean {
  const { status, error } = spawnSync("npm", ["ci", ...options], {
    stdio: ["ignore", "ignore", errors],
    shell: process.platform === "win32",
  });
  if (error) throw error;
  return status === 0;
}

async function withLock(home: string, work: () => void): Promise<void> {
  const name = createHash("sha256").update(home).digest("hex").slice(0, 16);
  const lock = join(tmpdir(), `together-retrieval-prepare-${name}`);
  while (!hasCreated(lock)) {
    if (isStale(lock)) rmSync(lock, { force: true });
    else await delay(POLL_MS);
  }
  try {
    work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function hasCreated(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Determines whether the process that holds the lock has ended. */
function isStale(lock: string): boolean {
  try {
    const holder = Number(readFileSync(lock, "utf8"));
    // Another process has created the file, and has not written its id yet.
    if (holder === 0) return false;
    process.kill(holder, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

if (resolve(process.argv[1] ?? "") === fileURLToPath(import.meta.url)) {
  const words = process.argv.slice(2);
  const npmOptions = words.filter((word) => word.startsWith("-"));
  try {
    for (const folder of words.filter((word) => !word.startsWith("-"))) await prepare(folder, npmOptions);
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
