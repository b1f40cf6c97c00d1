import { defineConfig } from "vitest/config";
import base from "../vitest.config.js";

/** The examples from the outside; `examples/observe`, `examples/evaluate` and `examples/mastra` need their own packages. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ["examples/**/*.test.ts"],
    exclude: ["**/node_modules/**"],
    testTimeout: 60_000,
  },
});
