import { defineConfig } from "vitest/config";

/** Apart from `npm test`, because it needs a browser: `npm run test:next`. */
export default defineConfig({
  test: {
    include: ["examples/next-rag/test/*.slow.ts"],
    testTimeout: 60_000,
    hookTimeout: 200_000,
    reporters: ["verbose"],
  },
});
