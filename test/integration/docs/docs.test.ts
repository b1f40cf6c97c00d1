import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEmulator, type EmulatorServer } from "../../../src/emulator/index.js";
import { documentedBlocks, foldersOfBlocks } from "./blocks.js";
import { compilerErrors } from "./compile.js";
import { documentedOutput, outcomeOf } from "./run.js";

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
    expect(compilerErrors(blocks)).toEqual([]);
  });

  it.concurrent.each(blocks)("runs unchanged at $name", { timeout: 60_000 }, async (block) => {
    expect(await outcomeOf(block, server.url)).toEqual(documentedOutput(block));
  });
});
