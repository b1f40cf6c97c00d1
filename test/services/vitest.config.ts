import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** With PostgreSQL and Redis, and the packages of the examples: `npm run services:test`. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL(".", import.meta.url)),
    include: ["*.test.ts"],
    env: {
      TOGETHER_API_KEY: "",
      TOGETHER_AI_API_KEY: "",
      TOGETHER_BASE_URL: "",
      TOGETHER_EMBEDDING_MODEL: "",
      LANGCHAIN_TRACING_V2: "false",
    },
    // Servers, workers and emulators share what cores there are: one file after another.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
