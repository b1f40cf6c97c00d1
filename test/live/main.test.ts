import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";

/** As CI steps have it: could not run here. Neither 0, which is passed, nor 1, which is failed. */
const LEFT_OUT = 77;

function run(variables: Readonly<Record<string, string>>): { status: number | null; stdout: string } {
  const { TOGETHER_LIVE_MODEL: _, TOGETHER_LIVE_RERANK_MODEL: __, ...others } = process.env;
  const env = { ...others, TOGETHER_API_KEY: "", ...variables };
  const args = ["--import", "tsx", "test/live/main.ts"];
  return spawnSync(process.execPath, args, { env, encoding: "utf8", timeout: 15_000 });
}

it.each([
  ["a key", { TOGETHER_LIVE_MODEL: "me/embedding" }, "TOGETHER_API_KEY"],
  ["a model", { TOGETHER_API_KEY: "key" }, "TOGETHER_LIVE_MODEL or TOGETHER_LIVE_RERANK_MODEL"],
])(
  "the live tests say that nothing was tested without %s, and do not count as passed",
  (_, variables, name) => {
    const { status, stdout } = run(variables);
    expect(status).toBe(LEFT_OUT);
    expect(stdout).toMatch(`there is no ${name}; set it`);
    expect(stdout.trim()).toMatch(/Nothing was tested\.$/);
  },
);
