import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEmulator, type EmulatorServer } from "../../../src/emulator/index.js";
import { documentedBlocks, foldersOfBlocks } from "./blocks.js";
import { complaints } from "./compile.js";
import { effectOf, promised } from "./run.js";

const blocks = documentedBlocks();
let server: EmulatorServer;

beforeAll(async () => {
  server = await createEmulator().listen();
});

afterAll(() => server.close());

describe("the code in README, docs and doc comments", () => {
  it("is found", () => {
    const files = blocks.map(({ name }) => name.split(":")[0]);
    expect(files).toEqual(expect.arrayContaining(["README.md", "src/langchain/embeddings.ts"]));
  });

  it("needs the packages of no folder but the root, and of those whose own tests run it", () => {
    expect(foldersOfBlocks().toSorted()).toEqual([
      "examples/mastra",
      "examples/stores",
      "test/e2e/frameworks",
    ]);
  });

  it("compiles under the strictest settings", { timeout: 60_000 }, () => {
    expect(complaints(blocks)).toEqual([]);
  });

  it.concurrent.each(blocks)("runs as it stands at $name", { timeout: 60_000 }, async (block) => {
    expect(await effectOf(block, server.url)).toEqual(promised(block));
  });
});
