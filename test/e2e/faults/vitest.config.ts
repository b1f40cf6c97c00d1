import { defineConfig } from "vitest/config";
import base from "../../../vitest.config.js";

/** Apart from `npm test`, because processes, sockets and real time take theirs: `npm run test:faults`. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ["test/e2e/faults/*.slow.ts"],
    testTimeout: 60_000,
    fileParallelism: false,
  },
});
