/** Runs the tests on the live service, or says what is missing; what did not run has not passed. */

import { spawnSync } from "node:child_process";

/** As CI steps have it: could not run here. */
const LEFT_OUT = 77;
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
  process.exitCode = LEFT_OUT;
} else {
  const args = ["vitest", "run", "--project", "live"];
  process.exitCode = spawnSync("npx", args, { stdio: "inherit" }).status ?? 1;
}
