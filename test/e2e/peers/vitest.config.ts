import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import base from "../../../vitest.config.js";
import { peersOf } from "./resolve.js";

const OF_A_FRAMEWORK = /^(?:@langchain\/core|@llamaindex\/core|llamaindex)(?:\/|$)/;
/** LlamaIndex's core is that of LlamaIndex itself: its parts may bring another. */
const LLAMAINDEX = join(import.meta.dirname, "node_modules/llamaindex/package.json");
/** What stands elsewhere in the oldest version. */
const MOVED: Readonly<Record<string, string>> = { "@llamaindex/core/llms/mock": "@llamaindex/core/utils" };

const oldestPeers = peersOf({
  folder: import.meta.dirname,
  packages: OF_A_FRAMEWORK,
  from: (id) => (id.startsWith("@llamaindex/") ? LLAMAINDEX : undefined),
  moved: MOVED,
});

const LANGCHAIN = "test/unit/langchain";

/** LangChain's classic parts want the newest core, and mixed with the oldest they are no test of it. */
const classic = readdirSync(LANGCHAIN)
  .map((file) => `${LANGCHAIN}/${file}`)
  .filter((file) => readFileSync(file, "utf8").includes("@langchain/classic"));

/** The specification again, on the oldest frameworks that the peer ranges admit: `npm run test:peers`. */
export default defineConfig({
  ...base,
  plugins: [oldestPeers],
  test: {
    ...base.test,
    exclude: ["**/node_modules/**", ...classic],
    include: ["test/{integration/contract,unit/langchain,unit/llamaindex}/**/*.test.ts", "test/e2e/peers/oldest.slow.ts"],
  },
});
