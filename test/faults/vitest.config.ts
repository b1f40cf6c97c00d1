import { defineConfig } from "vitest/config";

/** Apart from `npm test`, because processes, sockets and real time take theirs: `npm run test:faults`. */
export default defineConfig({
  test: {
    include: ["test/faults/*.slow.ts"],
    testTimeout: 60_000,
    fileParallelism: false,
    env: { TOGETHER_API_KEY: "", TOGETHER_AI_API_KEY: "", TOGETHER_BASE_URL: "" },
  },
});
