/** Runs the tests on the live service, or prints which variables are missing. Then the tests do not count as passed. */

import { spawnSync } from "node:child_process";

/** The exit code of a CI step that cannot run here. */
const CANNOT_RUN = 77;
const { TOGETHER_API_KEY, TOGETHER_LIVE_MODEL, TOGETHER_LIVE_RERANK_MODEL } = process.env;

const missing = [
  !TOGETHER_API_KEY && "TOGETHER_API_KEY",
  !TOGETHER_LIVE_MODEL && !TOGETHER_LIVE_RERANK_MODEL && "TOGETHER_LIVE_MODEL or TOGETHER_LIVE_RERANK_MODEL",
].filter((name) => name !== false);

if (missing.length > 0) {
  console.log(
    `Cannot test the live service: there is no ${missing.join(" and no ")}; set it, and TOGETHER_BASE_URL for a ` +
      "dedicated endpoint. Nothing was tested.",
  );
  process.exitCode = CANNOT_RUN;
} else {
  const args = ["vitest", "run", "--project", "live"];
  process.exitCode = spawnSync("npx", args, { stdio: "inherit" }).status ?? 1;
}
