import { afterAll, beforeAll } from "vitest";
import { pack, Project } from "./project.js";

/** The tarball, packed once for all tests of a file: a function, because there is none before they run. */
export function packedForAll(): () => string {
  let box: Project;
  let tarball: string;
  beforeAll(async () => {
    box = await Project.create();
    tarball = await pack(box.folder);
  });
  afterAll(() => box.remove());
  return () => tarball;
}
