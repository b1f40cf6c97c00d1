import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "./blocks.js";

/** Runs `work` with the path of a temporary folder inside another one, so that modules there find its packages. */
export async function inTemporaryFolder<Result>(
  folder: string,
  work: (path: string) => Promise<Result>,
): Promise<Result> {
  // git ignores .cache.
  const parent = join(ROOT, folder, ".cache");
  await mkdir(parent, { recursive: true });
  const path = await mkdtemp(join(parent, "blocks-"));
  try {
    return await work(path);
  } finally {
    await rm(path, { recursive: true });
  }
}
