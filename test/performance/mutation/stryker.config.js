/**
 * The configuration of `npm run mutate`.
 *
 * @type {import("@stryker-mutator/api/core").PartialStrykerOptions}
 */
export default {
  testRunner: "vitest",
  plugins: [import.meta.resolve("@stryker-mutator/vitest-runner")],
  vitest: { configFile: "test/performance/mutation/vitest.config.ts" },
  mutate: ["src/core/**/*.ts", "src/{langchain,ai-sdk,llamaindex}/*.ts"],
  ignorePatterns: [
    "/.cache",
    "/dist",
    "/coverage",
    "/docs",
    "/playground",
    "/test/performance/bench",
    "/test/e2e/services",
  ],
  tempDirName: ".stryker-tmp",
  incremental: true,
  incrementalFile: "test/performance/mutation/.incremental/results.json",
  coverageAnalysis: "perTest",
  // Code that runs once, when its file is loaded, cannot be assigned to a test.
  ignoreStatic: true,
  concurrency: 1,
  reporters: ["clear-text", "progress"],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  thresholds: { high: 95, low: 90, break: 90 },
};
