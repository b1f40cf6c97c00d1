/**
 * `npm run release -- 0.2.0`: writes a version to CHANGELOG.md, package.json and package-lock.json, and prints the next
 * steps. It commits, tags and publishes nothing: .github/workflows/publish.yml publishes each release on GitHub.
 */

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import semver from "semver";
import { readChangelog, withRelease } from "./changelog.js";

/** The release cannot be prepared: exit code 2. */
class ReleaseError extends Error {
  constructor(version: string | undefined, problem: string, remedy: string) {
    super(`Cannot prepare ${version ? `release ${version}` : "a release"}: ${problem}; ${remedy}`);
  }
}

interface Description {
  readonly version: string;
  readonly homepage: string;
  readonly bugs: string;
  readonly repository: { readonly url: string };
}

/** A part of the addresses in package.json until the repository has an owner. */
const PLACEHOLDER = "/OWNER/";

function prepare(version: string | undefined): string {
  if (version === undefined)
    throw new ReleaseError(version, "the version is missing", "run npm run release -- 0.2.0");
  if (semver.valid(version) !== version) {
    throw new ReleaseError(undefined, `"${version}" is not a version`, "write it like 0.2.0");
  }
  checkTree(version);
  const current = JSON.parse(readFileSync("package.json", "utf8")) as Description;
  if (!semver.gt(version, current.version)) {
    throw new ReleaseError(version, `package.json is at ${current.version}`, "name a higher version");
  }
  checkAddress(version, current);
  const text = readFileSync("CHANGELOG.md", "utf8");
  checkChangelog(text, version, current.version);
  // Writes package.json, and package-lock.json in two places.
  run("npm", "version", version, "--no-git-tag-version", "--ignore-scripts");
  writeFileSync("CHANGELOG.md", withRelease(text, version, new Date().toISOString().slice(0, 10)));
  return next(version);
}

function checkTree(version: string): void {
  const changed = run("git", "status", "--porcelain").split("\n").filter(Boolean);
  if (changed.length === 0) return;
  const files = changed.length === 1 ? "1 file is" : `${changed.length} files are`;
  throw new ReleaseError(
    version,
    `${files} not committed`,
    "commit or remove the files that git status prints",
  );
}

/** Checks the addresses: npm accepts provenance only from the `repository` of package.json (npm 11, 2026-11). */
function checkAddress(version: string, { homepage, bugs, repository }: Description): void {
  if (![homepage, bugs, repository.url].some((address) => address.includes(PLACEHOLDER))) return;
  throw new ReleaseError(
    version,
    "package.json does not name the repository",
    "replace OWNER in its addresses, and commit",
  );
}

function checkChangelog(text: string, version: string, current: string): void {
  const { upcoming, newest } = sectionsOf(text, version);
  if (!upcoming)
    throw new ReleaseError(version, "CHANGELOG.md has no section [Unreleased]", "add it at the top");
  if (upcoming.isEmpty()) {
    throw new ReleaseError(
      version,
      "the section [Unreleased] of CHANGELOG.md is empty",
      "describe the changes there",
    );
  }
  if (newest !== current) {
    throw new ReleaseError(
      version,
      `CHANGELOG.md is at ${newest ?? "no version"}, package.json is at ${current}`,
      "write the same version to both",
    );
  }
}

function sectionsOf(text: string, version: string): ReturnType<typeof readChangelog> {
  try {
    return readChangelog(text);
  } catch {
    throw new ReleaseError(
      version,
      "CHANGELOG.md does not have the format of Keep a Changelog",
      "see keepachangelog.com",
    );
  }
}

function next(version: string): string {
  return [
    `CHANGELOG.md, package.json and package-lock.json are at ${version}. Next:`,
    "",
    "  npm run verify",
    `  git commit --all --message "chore: release ${version}"`,
    `  git tag --annotate v${version} --message "${version}"`,
    "  git push --follow-tags",
    `  gh release create v${version} --verify-tag${semver.prerelease(version) ? " --prerelease" : ""} --generate-notes`,
    "",
    "The release on GitHub starts .github/workflows/publish.yml, which runs npm test and npm publish --provenance.",
  ].join("\n");
}

function run(command: string, ...args: string[]): string {
  return execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

try {
  console.log(prepare(process.argv[2]));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = error instanceof ReleaseError ? 2 : 1;
}
