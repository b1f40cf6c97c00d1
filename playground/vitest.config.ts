import { defineConfig } from "vitest/config";

/** Apart from `npm test`, because it needs a browser: `npm run test:playground`. */
export default defineConfig({
  test: {
    include: ["playground/*.slow.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ["verbose"],
  },
});
