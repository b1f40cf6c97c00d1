import { defineConfig } from "vitest/config";
import base from "../../../vitest.config.js";

/** The tests nearest to the file under test, if near.js says so. */
const nearest = process.env["NEAREST"]?.split(",").map((name) => `test/${name}.test.ts`);

/** The tests that tell right code from wrong in moments; the simulation would tell, too, but not for each mutant. */
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
