import { defineConfig } from "vitest/config";

/** The live service, with the user's own key: `npm run test:live`. */
export default defineConfig({
  test: {
    include: ["test/e2e/live/*.slow.ts"],
    testTimeout: 60_000,
    fileParallelism: false,
    reporters: ["verbose"],
  },
});
