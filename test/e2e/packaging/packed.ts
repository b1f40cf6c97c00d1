import { afterAll, beforeAll } from "vitest";
import { pack, Project } from "./project.js";

/** Packs the package once for all tests of a file. Call the returned function in a test to get the tarball's path. */
export function packedForAll(): () => string {
  let project: Project;
  let tarball: string;
  beforeAll(async () => {
    project = await Project.create();
    tarball = await pack(project.folder);
  });
  afterAll(() => project.remove());
  return () => tarball;
}
