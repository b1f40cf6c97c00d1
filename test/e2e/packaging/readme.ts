import { createEmulator } from "../../../src/emulator/index.js";
import { blocksOf, type Block } from "../../integration/docs/blocks.js";
import { compiled } from "../../integration/docs/compile.js";
import { documentedLines } from "../../integration/docs/run.js";
import type { Printed, Project } from "./project.js";

/** Returns README's first block that imports an entry: `"/langchain"`, or `""` for the entry without a framework. */
export function readmeBlock(entry: string): Block {
  const block = blocksOf("README.md").find(({ code }) => code.includes(`"together-retrieval${entry}"`));
  if (!block) throw new Error(`Cannot find a block of README that imports "together-retrieval${entry}"`);
  return block;
}

/** Runs a block unchanged in a project, with a key and a URL in the environment. */
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

/** Returns the output that a block's comments document. */
export function documentedStdout(block: Block): string {
  return documentedLines(block)
    .map((line) => `${line}\n`)
    .join("");
}
