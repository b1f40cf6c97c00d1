import { expect, it } from "vitest";
import { runScript, type Outcome } from "../../support/program.js";

/** The exit code of a CI step that cannot run here. 0 means passed, and 1 means failed. */
const CANNOT_RUN = 77;

function run(variables: Readonly<Record<string, string>>): Promise<Outcome> {
  const { TOGETHER_LIVE_MODEL: _, TOGETHER_LIVE_RERANK_MODEL: __, ...others } = process.env;
  return runScript("test/e2e/live/main.ts", [], { env: { ...others, TOGETHER_API_KEY: "", ...variables } });
}

it.each([
  ["a key", { TOGETHER_LIVE_MODEL: "me/embedding" }, "TOGETHER_API_KEY"],
  ["a model", { TOGETHER_API_KEY: "key" }, "TOGETHER_LIVE_MODEL or TOGETHER_LIVE_RERANK_MODEL"],
])(
  "prints without %s that no test ran, and does not count the tests as passed",
  async (_, variables, name) => {
    const { exitCode, stdout } = await run(variables);
    expect(exitCode).toBe(CANNOT_RUN);
    expect(stdout).toMatch(`there is no ${name}; set it`);
    expect(stdout.trim()).toMatch(/Nothing was tested\.$/);
  },
);
