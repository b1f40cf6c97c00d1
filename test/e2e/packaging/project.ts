import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const execute = promisify(execFile);
export const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** Output of a program. */
export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
}

/** A user's project: a folder outside of this repository. */
export class Project {
  private constructor(readonly folder: string) {}

  /** Creates a project in a folder; by default in the system's temporary folder. */
  static async create(parent = tmpdir()): Promise<Project> {
    const project = new Project(await mkdtemp(join(parent, "together-retrieval-")));
    await project.write("package.json", JSON.stringify({ private: true, type: "module" }));
    return project;
  }

  write(name: string, text: string): Promise<void> {
    return writeFile(join(this.folder, name), text);
  }

  install(...packages: string[]): Promise<Printed> {
    return this.run("npm", ["install", "--no-audit", "--no-fund", ...packages]);
  }

  /** Links packages of the repository's root, which is faster than an installation. */
  async link(...names: string[]): Promise<void> {
    for (const name of names) {
      const path = join(this.folder, "node_modules", name);
      await mkdir(dirname(path), { recursive: true });
      await symlink(join(ROOT, "node_modules", name), path, "junction");
    }
  }

  /**
   * Runs a program in the folder.
   *
   * @throws with the program's output if its exit code is not 0.
   */
  async run(
    file: string,
    args: readonly string[],
    variables: Readonly<Record<string, string>> = {},
  ): Promise<Printed> {
    const env = {
      ...process.env,
      TOGETHER_API_KEY: "",
      TOGETHER_BASE_URL: "",
      TOGETHER_API_BASE: "",
      ...variables,
    };
    return execute(file, args, { cwd: this.folder, env, timeout: 120_000 }).catch((error: unknown) => {
      const { message, stdout } = error as Error & Printed;
      throw new Error(`${message}\n${stdout}`, { cause: error });
    });
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true });
  }
}

/** Creates a project, and removes it after `work`. */
export async function inProject(work: (project: Project) => Promise<void>): Promise<void> {
  const project = await Project.create();
  try {
    await work(project);
  } finally {
    await project.remove();
  }
}

/** Packs the package into a folder, as npm publishes it, and returns the tarball's path. */
export async function pack(folder: string): Promise<string> {
  const { stdout } = await execute("npm", ["pack", "--json", "--pack-destination", folder], { cwd: ROOT });
  const [packed] = JSON.parse(stdout) as [{ filename: string }];
  return join(folder, packed.filename);
}
