/** The installed versions of TypeScript. */

import { join } from "node:path";
import { COMPILER } from "../../integration/docs/compile.js";
import { ROOT } from "./project.js";

const HERE = join(ROOT, "test/e2e/packaging/node_modules");

/** Paths of the compilers by version, ascending. The newest is a package of the root, and takes a tenth of the time. */
export const COMPILERS = {
  "5.4": join(HERE, "typescript-oldest/bin/tsc"),
  "5.6": join(HERE, "typescript-5.6/bin/tsc"),
  "5.7": join(HERE, "typescript-5.7/bin/tsc"),
  "5.8": join(HERE, "typescript-5.8/bin/tsc"),
  "5.9": join(HERE, "typescript-5.9/bin/tsc"),
  "6.0": join(HERE, "typescript-6/bin/tsc"),
  "7.0": COMPILER,
} as const;

/** A version of TypeScript. */
export type Version = keyof typeof COMPILERS;

export const VERSIONS = Object.keys(COMPILERS) as Version[];
export const OLDEST = VERSIONS[0] as Version;
export const NEWEST = VERSIONS.at(-1) as Version;
