import { defineConfig } from "vitest/config";
import base from "../../../vitest.config.js";

/** The tests of the mutated file, if main.js has set them. */
const nearest = process.env["NEAREST"]?.split(",").map((name) => `test/${name}.test.ts`);

/** The fast tests. The simulation also finds mutants, but is too slow to run for each one. */
const quick = {
  include: [
    "test/{unit/{core,langchain,ai-sdk,llamaindex},integration/contract,performance/fuzz}/**/*.test.ts",
  ],
  exclude: [
    "**/node_modules/**",
    "test/unit/core/time-complexity.test.ts",
    "test/unit/langchain/tracing*.test.ts",
  ],
};

export default defineConfig({
  ...base,
  test: { ...base.test, ...(nearest ? { include: nearest, isolate: false } : quick) },
});
