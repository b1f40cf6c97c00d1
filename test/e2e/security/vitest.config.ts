import { defineConfig } from "vitest/config";
import base from "../../../vitest.config.js";

/** Attempts to break the promises of SECURITY.md that take too long for `npm test`: `npm run test:red-team`. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ["test/e2e/security/*.slow.ts"],
    testTimeout: 60_000,
    fileParallelism: false,
  },
});
