import { defineConfig } from "vitest/config";

/** Apart from `npm test`, because these install packages: `npm run test:packaging`. */
export default defineConfig({
  test: {
    include: ["test/e2e/packaging/*.slow.ts"],
    testTimeout: 120_000,
    hookTimeout: 180_000,
    fileParallelism: false,
  },
});
