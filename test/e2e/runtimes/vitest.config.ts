import { defineConfig } from "vitest/config";

/** Apart from `npm test`, because these need runtimes, bundlers and a browser: `npm run test:runtimes`. */
export default defineConfig({
  test: {
    include: ["test/e2e/runtimes/*.slow.ts"],
    testTimeout: 60_000,
    hookTimeout: 180_000,
    reporters: ["verbose"],
  },
});
