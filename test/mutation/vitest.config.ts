import { defineConfig } from "vitest/config";
import base from "../../vitest.config.js";

/** The tests that tell right code from wrong in moments; the simulation would tell, too, but not for each mutant. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ["test/{core,contract,langchain,llamaindex,fuzz}/**/*.test.ts"],
    exclude: ["**/node_modules/**", "test/core/time-of-size.test.ts", "test/langchain/tracing*.test.ts"],
  },
});
