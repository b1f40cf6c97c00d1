import { join } from "node:path";
import type { Plugin } from "vitest/config";
import { moduleOf } from "./pages.js";

const MODULE = /\/block-(?<page>[\w-]+)\.(?<part>\w+)\.ts\?\d+$/;

/** Loads `block-<page>.<part>.ts?<number>` as a module of this folder: a block of that page. */
export const blocksPlugin: Plugin = {
  name: "blocks",
  enforce: "pre",
  resolveId: (id) => (MODULE.test(`/${id}`) ? join(import.meta.dirname, id) : null),
  load(id) {
    const { page, part } = MODULE.exec(id)?.groups ?? {};
    return page && part ? moduleOf(page, part) : null;
  },
};
