import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEmulator, type EmulatorServer } from "../../../src/emulator/index.js";
import { documentedBlocks, foldersOfBlocks, type Block } from "./blocks.js";
import { compilerErrors } from "./compile.js";
import { documentedOutput, outcomeOf } from "./run.js";

const blocks = documentedBlocks();
const fileOf = ({ name }: Block): string => name.replace(/:\d+$/, "");
/** Returns the page of a block, or `"src"` for all doc comments. The blocks of a page run in one process. */
const pageOf = (block: Block): string => fileOf(block).replace(/^src\/.*/, "src");
const pages = [...new Set(blocks.map(pageOf))];
let server: EmulatorServer;

beforeAll(async () => {
  server = await createEmulator().listen();
});

afterAll(() => server.close());

describe("code in README, docs and doc comments", () => {
  it("has blocks in README, docs and doc comments", () => {
    expect(blocks.map(fileOf)).toEqual(
      expect.arrayContaining(["README.md", "docs/getting-started.md", "src/langchain/embeddings.ts"]),
    );
  });

  it("imports only packages of the root, and of folders whose own tests run it", () => {
    expect(foldersOfBlocks().toSorted()).toEqual([
      "examples/mastra",
      "examples/stores",
      "test/e2e/frameworks",
    ]);
  });

  it("compiles under the strictest settings", { timeout: 60_000 }, async () => {
    expect(await compilerErrors(blocks)).toEqual([]);
  });

  it.concurrent.each(pages)("runs unchanged in %s", { timeout: 60_000 }, async (page) => {
    const its = blocks.filter((block) => pageOf(block) === page);
    expect(await outcomeOf(its, server.url)).toEqual(documentedOutput(its));
  });
});
