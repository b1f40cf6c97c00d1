import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import base from "../../../vitest.config.js";

/** With PostgreSQL and Redis, and the packages of the examples: `npm run test:services`. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL(".", import.meta.url)),
    include: ["*.test.ts"],
    env: { ...base.test?.env, TOGETHER_EMBEDDING_MODEL: "" },
    // Servers, workers and emulators share what cores there are: one file after another.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
