import { join } from "node:path";
import { defineConfig, type Plugin } from "vitest/config";
import base from "../../../vitest.config.js";
import { moduleOf } from "./pages.js";

const MODULE = /\/block-(?<page>[\w-]+)\.(?<part>\w+)\.ts\?\d+$/;

/** Serves `block-<page>.<part>.ts?<number>`: a block of that page, as a module in this folder. */
const blocks: Plugin = {
  name: "blocks",
  enforce: "pre",
  resolveId: (id) => (MODULE.test(`/${id}`) ? join(import.meta.dirname, id) : null),
  load(id) {
    const { page, part } = MODULE.exec(id)?.groups ?? {};
    return page && part ? moduleOf(page, part) : null;
  },
};

/** What users come from, and the pages that lead from there: `npm run test:moving`. */
export default defineConfig({
  ...base,
  plugins: [blocks],
  // The same class, which moved; the registry that this was written with does not have the package.
  resolve: { alias: { "@langchain/together-ai": "@langchain/community/embeddings/togetherai" } },
  test: {
    ...base.test,
    env: { ...base.test?.env, OPENAI_API_KEY: "", COHERE_API_KEY: "" },
    include: ["test/e2e/migrations/*.slow.ts"],
    setupFiles: ["test/e2e/migrations/offline.ts", "test/e2e/migrations/node-fetch.ts"],
    unstubGlobals: true,
    unstubEnvs: true,
    restoreMocks: true,
  },
});
