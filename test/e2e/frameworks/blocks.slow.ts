import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEmulator, type EmulatorServer } from "../../../src/emulator/index.js";
import { documentedBlocks } from "../../integration/docs/blocks.js";
import { compilerErrors } from "../../integration/docs/compile.js";
import { documentedOutput, outcomeOf } from "../../integration/docs/run.js";

const FOLDER = "test/e2e/frameworks";
const CHROMA = join(import.meta.dirname, "chroma-server.js");
const blocks = documentedBlocks(FOLDER);
let server: EmulatorServer;

beforeAll(async () => {
  server = await createEmulator().listen();
});

afterAll(() => server.close());

describe("code in docs/integrations/other-frameworks.md", () => {
  it("imports Genkit, TanStack AI and Chroma", () => {
    const imported = blocks.map(({ code }) => /from "((?!together)[^"]+)"/.exec(code)?.[1]);
    expect(imported).toEqual(["genkit", "@tanstack/ai", "chromadb"]);
  });

  it("compiles under the strictest settings", async () => {
    expect(await compilerErrors(blocks, FOLDER)).toEqual([]);
  });

  it("runs unchanged", async () => {
    expect(await outcomeOf(blocks, server.url, FOLDER, [CHROMA])).toEqual(documentedOutput(blocks));
  });
});
