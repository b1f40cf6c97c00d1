/**
 * `npm run mutate`: breaks the code in every way that is easy to think of, and counts what no test notices.
 *
 * Some files only: `npm run mutate -- --mutate src/core/request/retry-policy.ts`. What has not changed since the last run is not
 * tried again.
 *
 * @type {import("@stryker-mutator/api/core").PartialStrykerOptions}
 */
export default {
  testRunner: "vitest",
  plugins: [import.meta.resolve("@stryker-mutator/vitest-runner")],
  vitest: { configFile: "test/performance/mutation/vitest.config.ts" },
  mutate: ["src/core/**/*.ts", "src/{langchain,ai-sdk,llamaindex}/*.ts"],
  ignorePatterns: ["/.cache", "/dist", "/coverage", "/docs", "/playground", "/test/performance/bench", "/test/e2e/services"],
  tempDirName: ".stryker-tmp",
  incremental: true,
  incrementalFile: "test/performance/mutation/.incremental/results.json",
  coverageAnalysis: "perTest",
  // What is evaluated once when a file is loaded cannot be told apart by test.
  ignoreStatic: true,
  concurrency: 1,
  reporters: ["clear-text", "progress"],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  thresholds: { high: 95, low: 90, break: 90 },
};
