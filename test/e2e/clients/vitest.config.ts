import { defineConfig } from "vitest/config";

/** Apart from `npm test`, because these need other people's clients: `npm run test:foreign`. */
export default defineConfig({
  test: { include: ["test/e2e/clients/*.slow.ts"], testTimeout: 30_000, reporters: ["verbose"] },
});
