/** Packs the package once for all files of this suite, and removes what they install with it. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { pack } from "./project.js";

declare module "vitest" {
  interface ProvidedContext {
    /** The path of the packed package. Projects that files share are next to it. */
    readonly tarball: string;
  }
}

export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "together-retrieval-packed-"));
  provide("tarball", await pack(folder));
  return () => rm(folder, { recursive: true });
}
