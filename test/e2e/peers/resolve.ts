import { join } from "node:path";
import type { Plugin } from "vitest/config";

/** Which packages come from a folder, and where they are in it. */
interface Peers {
  readonly folder: string;
  readonly packages: RegExp;
  /** The file of whose imports a package is resolved; by default the folder's package.json. */
  readonly from?: (id: string) => string | undefined;
  /** What another version has in another place. */
  readonly moved?: Readonly<Record<string, string>>;
}

/** Makes the project's files and tests import the frameworks of a folder. All other packages stay the same. */
export function peersOf({ folder, packages, from, moved = {} }: Peers): Plugin {
  const here = join(folder, "package.json");
  return {
    name: "peers",
    enforce: "pre",
    resolveId(id, importer) {
      if (!packages.test(id) || importer?.includes("node_modules")) return null;
      return this.resolve(moved[id] ?? id, from?.(id) ?? here, { skipSelf: true });
    },
  };
}
