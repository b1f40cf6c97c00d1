import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vitest/config";

/** The packages that are imported from a folder. */
interface Peers {
  readonly folder: string;
  readonly packages: RegExp;
  /** Returns the file from which a package is resolved; by default, the folder's package.json. */
  readonly from?: (id: string) => string | undefined;
  /** Modules that have another name in that version, by the name in the tests. */
  readonly moved?: Readonly<Record<string, string>>;
}

/** Makes the project's files and tests import the packages from a folder. All other packages stay the same. */
export function peersOf({ folder, packages, from, moved = {} }: Peers): Plugin {
  const packageJson = join(folder, "package.json");
  return {
    name: "peers",
    enforce: "pre",
    resolveId(id, importer) {
      if (!packages.test(id) || importer?.includes("node_modules")) return null;
      return this.resolve(moved[id] ?? id, from?.(id) ?? packageJson, { skipSelf: true });
    },
  };
}

const LANGCHAIN = "test/unit/langchain";

/** Makes tests import the oldest versions of the frameworks that the peer ranges accept. */
export const oldestPeers = peersOf({
  folder: import.meta.dirname,
  packages: /^(?:@langchain\/core|@llamaindex\/core|llamaindex)(?:\/|$)/,
  // Core must be LlamaIndex's own copy: other LlamaIndex packages may install another one.
  from: (id) =>
    id.startsWith("@llamaindex/")
      ? join(import.meta.dirname, "node_modules/llamaindex/package.json")
      : undefined,
  moved: { "@llamaindex/core/llms/mock": "@llamaindex/core/utils" },
});

/** Makes tests import the newest versions of the frameworks. */
export const newestPeers = peersOf({
  folder: join(import.meta.dirname, "newest"),
  packages: /^(?:@langchain\/core|ai)(?:\/|$)/,
});

/** Returns the tests that use LangChain's classic package, which requires the newest core. */
export function classicTests(): string[] {
  return readdirSync(LANGCHAIN)
    .map((file) => `${LANGCHAIN}/${file}`)
    .filter((file) => readFileSync(file, "utf8").includes("@langchain/classic"));
}
