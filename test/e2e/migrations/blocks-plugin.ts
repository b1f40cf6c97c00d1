import { join } from "node:path";
import type { Plugin } from "vitest/config";
import { moduleOf } from "./pages.js";

const MODULE = /\/block-(?<page>[\w-]+)\.(?<part>\w+)\.ts\?\d+$/;

/** Serves `block-<page>.<part>.ts?<number>`: a block of that page, as a module in this folder. */
export const blocksPlugin: Plugin = {
  name: "blocks",
  enforce: "pre",
  resolveId: (id) => (MODULE.test(`/${id}`) ? join(import.meta.dirname, id) : null),
  load(id) {
    const { page, part } = MODULE.exec(id)?.groups ?? {};
    return page && part ? moduleOf(page, part) : null;
  },
};
