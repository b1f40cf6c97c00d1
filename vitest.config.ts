/**
 * All suites. `npx vitest run` runs the quick ones, which need no packages but the root's. `npx vitest run --project
 * packaging` runs a slow one. To add one, add a line here and a step in .ci/steps.
 */

import { defineConfig, type TestProjectInlineConfiguration, type UserWorkspaceConfig } from "vitest/config";
import { blocksPlugin } from "./test/e2e/migrations/blocks-plugin.js";
import { judgePlugin } from "./test/e2e/openapi/judge-plugin.js";
import { classicTests, newestPeers, oldestPeers } from "./test/e2e/peers/peers-plugin.js";

type Settings = Omit<NonNullable<UserWorkspaceConfig["test"]>, "name" | "include">;
type Rest = Omit<UserWorkspaceConfig, "test">;

/** A suite: its name, its files, and what differs from the settings of all suites. */
function suite(
  name: string,
  include: string | readonly string[],
  settings: Settings = {},
  rest: Rest = {},
): TestProjectInlineConfiguration {
  return { extends: true, ...rest, test: { name, include: [include].flat(), ...settings } };
}

const CONTRACT = "test/integration/contract/*.test.ts";
const MINUTE_MS = 60_000;
/** The live service is tested with the key of the developer. */
const { TOGETHER_API_KEY = "", TOGETHER_BASE_URL = "" } = process.env;
const LIVE = { TOGETHER_API_KEY, TOGETHER_BASE_URL };
/** For suites that measure time, or start servers: one file after another. */
const ALONE = { fileParallelism: false } as const;

/** For tests that leave nothing behind: one process runs many files, with 40 % less CPU time. */
const SHARED = { isolate: false } as const;

/** What `npm test` runs. */
export const quickSuites = [
  suite("unit", ["test/unit/**/*.test.ts", "test/performance/**/*.test.ts"], SHARED),
  suite("contract", CONTRACT, SHARED),
  suite(
    "docs",
    ["test/integration/{docs,repository,examples}/*.test.ts", "test/e2e/live/*.test.ts", "tools/*.test.ts"],
    SHARED,
  ),
];

/** What runs if it is named. Some of these run the tests of others again, in another environment. */
export const slowSuites = [
  suite("clients", "test/e2e/clients/*.slow.ts", { testTimeout: MINUTE_MS }),
  suite("examples", "examples/**/*.test.ts", { testTimeout: MINUTE_MS }),
  suite("faults", "test/e2e/faults/*.slow.ts", { ...ALONE, testTimeout: MINUTE_MS }),
  suite("frameworks", "test/e2e/frameworks/*.slow.ts", { testTimeout: MINUTE_MS }),
  suite("live", "test/e2e/live/*.slow.ts", { ...ALONE, env: LIVE, testTimeout: MINUTE_MS }),
  suite(
    "migrations",
    "test/e2e/migrations/*.slow.ts",
    {
      env: { OPENAI_API_KEY: "", COHERE_API_KEY: "" },
      setupFiles: ["test/e2e/migrations/offline.ts", "test/e2e/migrations/node-fetch.ts"],
      unstubGlobals: true,
      unstubEnvs: true,
      restoreMocks: true,
    },
    {
      plugins: [blocksPlugin],
      // The same class, which moved.
      resolve: { alias: { "@langchain/together-ai": "@langchain/community/embeddings/togetherai" } },
    },
  ),
  suite("next-rag", "examples/next-rag/test/*.slow.ts", { testTimeout: MINUTE_MS, hookTimeout: 200_000 }),
  suite(
    "openapi",
    [CONTRACT, "test/unit/{langchain,llamaindex,ai-sdk}/*.test.ts", "test/e2e/openapi/*.slow.ts"],
    { ...SHARED, setupFiles: ["test/e2e/openapi/after-each.ts"] },
    { plugins: [judgePlugin] },
  ),
  suite("packaging", "test/e2e/packaging/*.slow.ts", {
    ...ALONE,
    ...SHARED,
    globalSetup: "test/e2e/packaging/setup.ts",
    testTimeout: 2 * MINUTE_MS,
    hookTimeout: 3 * MINUTE_MS,
  }),
  suite(
    "peers",
    [CONTRACT, "test/unit/{langchain,llamaindex}/**/*.test.ts", "test/e2e/peers/oldest.slow.ts"],
    { ...SHARED, exclude: classicTests() },
    { plugins: [oldestPeers] },
  ),
  suite(
    "peers-newest",
    [
      CONTRACT,
      "test/unit/ai-sdk/*.test.ts",
      "test/unit/langchain/{embeddings,reranker}.test.ts",
      "test/e2e/peers/newest/*.slow.ts",
    ],
    SHARED,
    { plugins: [newestPeers] },
  ),
  suite("playground", "playground/*.slow.ts", { testTimeout: MINUTE_MS, hookTimeout: MINUTE_MS }),
  suite("recipes", "test/e2e/recipes/*.slow.ts", {
    testTimeout: 5 * MINUTE_MS,
    hookTimeout: 2 * MINUTE_MS,
  }),
  suite("release", "tools/release/*.slow.ts", { testTimeout: 30_000 }),
  suite("runtimes", "test/e2e/runtimes/*.slow.ts", {
    testTimeout: MINUTE_MS,
    hookTimeout: 3 * MINUTE_MS,
  }),
  suite("security", "test/e2e/security/*.slow.ts", { ...ALONE, testTimeout: MINUTE_MS }),
  suite("services", "test/e2e/services/*.test.ts", {
    ...ALONE,
    env: { TOGETHER_EMBEDDING_MODEL: "" },
    testTimeout: 2 * MINUTE_MS,
    hookTimeout: MINUTE_MS,
  }),
];

const isSuiteNamed = process.argv.some((word) => word.startsWith("--project"));

export default defineConfig({
  test: {
    exclude: ["**/node_modules/**"],
    // No key of the developer's may reach a test, and none may be needed.
    env: {
      TOGETHER_API_KEY: "",
      TOGETHER_AI_API_KEY: "",
      TOGETHER_BASE_URL: "",
      TOGETHER_API_BASE: "",
      LANGCHAIN_TRACING_V2: "false",
    },
    testTimeout: 20_000,
    // By default, vitest leaves one core idle, which is half of a small machine.
    maxWorkers: "100%",
    projects: isSuiteNamed ? [...quickSuites, ...slowSuites] : quickSuites,
  },
});
