import { join } from "node:path";
import { defineConfig, type Plugin } from "vitest/config";
import base from "../../../vitest.config.js";

const EMULATOR = join(import.meta.dirname, "../../../src/emulator/index.ts");

/** Has the tests use an emulator at whose door the specification is checked. */
const judged: Plugin = {
  name: "judged-emulator",
  enforce: "pre",
  async resolveId(id, importer) {
    if (!id.endsWith("/emulator/index.js")) return null;
    const resolved = await this.resolve(id, importer, { skipSelf: true });
    return resolved?.id === EMULATOR ? join(import.meta.dirname, "judged-emulator.ts") : null;
  },
};

/** The package's own tests again, with Together's specification as the judge: `npm run test:openapi`. */
export default defineConfig({
  ...base,
  plugins: [judged],
  test: {
    ...base.test,
    include: ["test/{integration/contract,unit/langchain,unit/llamaindex}/**/*.test.ts", "test/e2e/openapi/*.slow.ts"],
    setupFiles: ["test/e2e/openapi/after-each.ts"],
  },
});
