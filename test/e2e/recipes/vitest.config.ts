import { defineConfig } from "vitest/config";

/** Makes the changes of docs/contributing/recipes.md in a copy of the repository: `npm run test:contributing`. */
export default defineConfig({
  test: { include: ["test/e2e/recipes/*.slow.ts"], testTimeout: 300_000, hookTimeout: 120_000 },
});
