/** Checks the subjects of the commits since the rule was introduced: `npx tsx tools/commits.ts`. */

import { execFileSync } from "node:child_process";
import { problemsOf } from "./commit-subject.js";

/** The last commit that is not checked (2026-11-22). */
const START = "39e07f5ac83beb173313e4b0bb2458d4909e03eb";

/** Returns the subjects; `undefined` without this history: no repository, or a shallow clone. */
function subjectsSince(start: string): string[] | undefined {
  const args = ["log", "--no-merges", "--format=%h %s", `${start}..HEAD`];
  try {
    const log = execFileSync("git", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    return log.split("\n").filter(Boolean);
  } catch {
    return undefined;
  }
}

const commits = subjectsSince(START);
if (!commits) console.log(`Checked no commit: this checkout has no history since ${START.slice(0, 7)}.`);
else {
  let wrong = 0;
  for (const commit of commits) {
    const [hash = "", ...words] = commit.split(" ");
    const problems = await problemsOf(words.join(" "));
    if (problems.length === 0) continue;
    wrong += 1;
    console.error(`${commit}\n  ${hash}: ${problems.join("; ")}`);
  }
  console.log(`Checked the subjects of ${commits.length} commits: ${wrong} wrong.`);
  if (wrong > 0) process.exitCode = 1;
}
