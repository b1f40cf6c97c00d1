import { join } from "node:path";
import type { Plugin } from "vitest/config";

const EMULATOR = join(import.meta.dirname, "../../../src/emulator/index.ts");

/** Replaces the emulator by one that validates all traffic against Together's OpenAPI document. */
export const judgePlugin: Plugin = {
  name: "judged-emulator",
  enforce: "pre",
  async resolveId(id, importer) {
    if (!id.endsWith("/emulator/index.js")) return null;
    const resolved = await this.resolve(id, importer, { skipSelf: true });
    return resolved?.id === EMULATOR ? join(import.meta.dirname, "judged-emulator.ts") : null;
  },
};
