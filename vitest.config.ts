import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["**/node_modules/**", "test/e2e/services/**"],
    // No key of the developer's may reach a test, and none may be needed.
    env: {
      TOGETHER_API_KEY: "",
      TOGETHER_AI_API_KEY: "",
      TOGETHER_BASE_URL: "",
      TOGETHER_API_BASE: "",
      LANGCHAIN_TRACING_V2: "false",
    },
    testTimeout: 20_000,
  },
});
