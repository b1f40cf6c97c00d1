import { defineConfig } from "vitest/config";

/** The examples from the outside; `examples/observe` and `examples/evaluate` need their own packages. */
export default defineConfig({
  test: {
    include: ["examples/**/*.test.ts"],
    exclude: ["**/node_modules/**"],
    env: { TOGETHER_API_KEY: "", TOGETHER_AI_API_KEY: "", TOGETHER_BASE_URL: "" },
    testTimeout: 60_000,
  },
});
