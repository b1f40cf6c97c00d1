import { dirname } from "node:path";
import { inject } from "vitest";
import packageJson from "../../../package.json" with { type: "json" };
import { Project } from "./project.js";

const versions: Readonly<Record<string, string>> = packageJson.devDependencies;

/** The path of the packed package. */
export const tarball = inject("tarball");

/** The frameworks that have an adapter. */
export const FRAMEWORKS = ["@langchain/core", "ai", "llamaindex"].filter((name) => name in versions);

/** Projects by their packages. The files of this suite run in one process, and share them. */
const projects = new Map<string, Promise<Project>>();

/** Returns a project with the packed package and other packages. It is installed once for all files. */
export function projectWith(...packages: readonly string[]): Promise<Project> {
  const key = packages.toSorted().join(" ");
  const found = projects.get(key) ?? install(packages);
  projects.set(key, found);
  return found;
}

async function install(packages: readonly string[]): Promise<Project> {
  const project = await Project.create(dirname(tarball));
  await project.install("--ignore-scripts", tarball, ...packages);
  return project;
}

/** Returns a project with all frameworks, whose declarations a compiler can check. */
export function projectWithFrameworks(): Promise<Project> {
  return projectWith(...["@types/node", ...FRAMEWORKS].map(pinned), "@types/json-schema@7.0.15");
}

/** Returns a package with the version that the root has, such as `ai@7.0.2`. */
export function pinned(name: string): string {
  return `${name}@${versions[name]}`;
}
