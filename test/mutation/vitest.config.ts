import { defineConfig } from "vitest/config";

/** The tests that tell right code from wrong in moments; the simulation would tell, too, but not for each mutant. */
export default defineConfig({
  test: {
    include: ["test/{core,contract,langchain,llamaindex,fuzz}/**/*.test.ts"],
    exclude: ["**/node_modules/**", "test/core/time-of-size.test.ts", "test/langchain/tracing*.test.ts"],
    env: {
      TOGETHER_API_KEY: "",
      TOGETHER_AI_API_KEY: "",
      TOGETHER_BASE_URL: "",
      LANGCHAIN_TRACING_V2: "false",
    },
    testTimeout: 20_000,
  },
});
