import { defineConfig } from "vitest/config";
import base from "../../../vitest.config.js";

/** The frameworks of docs/integrations/other-frameworks.md, pinned, against the emulator. */
export default defineConfig({
  ...base,
  test: { ...base.test, include: ["test/e2e/frameworks/*.slow.ts"], testTimeout: 60_000 },
});
