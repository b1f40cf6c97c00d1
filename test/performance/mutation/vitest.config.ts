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

// With the projects of the root configuration, `include` has no effect.
const { projects: _, ...settings } = base.test ?? {};

export default defineConfig({
  ...base,
  test: { ...settings, ...(nearest ? { include: nearest, isolate: false } : quick) },
});
