import { createEmulator } from "../../src/emulator/index.js";
import { blocksOf, type Block } from "../docs/blocks.js";
import { compiled } from "../docs/compile.js";
import { promised as effectOf } from "../docs/run.js";
import type { Printed, Project } from "./project.js";

/** README's blocks: the first of them are one for each framework and one for none. */
export function readme(): Block[] {
  return blocksOf("README.md");
}

/** Runs a block in a project as it stands, with a key and an address in the environment. */
export async function runBlock(project: Project, block: Block): Promise<Printed> {
  const server = await createEmulator().listen();
  try {
    await project.write("block.js", compiled(block));
    const variables = { TOGETHER_API_KEY: "any", TOGETHER_BASE_URL: server.url };
    return await project.run("node", ["block.js"], variables);
  } finally {
    await server.close();
  }
}

/** What a block says that it prints. */
export function promised(block: Block): string {
  return effectOf(block)
    .printed.map((line) => `${line}\n`)
    .join("");
}
