import { defineConfig } from "vitest/config";

/** A release, prepared in a scratch folder: `npm run test:release`. */
export default defineConfig({
  test: { include: ["tools/release/*.slow.ts"], testTimeout: 30_000 },
});
