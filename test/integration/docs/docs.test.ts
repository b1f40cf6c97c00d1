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

describe("code in README, docs and doc comments", () => {
  it("has blocks in README, docs and doc comments", () => {
    const files = blocks.map(({ name }) => name.split(":")[0]);
    expect(files).toEqual(expect.arrayContaining(["README.md", "src/langchain/embeddings.ts"]));
  });

  it("imports only packages of the root, and of folders whose own tests run it", () => {
    expect(foldersOfBlocks().toSorted()).toEqual([
      "examples/mastra",
      "examples/stores",
      "test/e2e/frameworks",
    ]);
  });

  it("compiles under the strictest settings", { timeout: 60_000 }, () => {
    expect(complaints(blocks)).toEqual([]);
  });

  it.concurrent.each(blocks)("runs unchanged at $name", { timeout: 60_000 }, async (block) => {
    expect(await effectOf(block, server.url)).toEqual(promised(block));
  });
});
