import { createEmulator, type EmulatorServer } from "together-retrieval/emulator";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { documentedBlocks } from "../../integration/docs/blocks.js";
import { compilerErrors } from "../../integration/docs/compile.js";
import { documentedOutput, outcomeOf } from "../../integration/docs/run.js";

const FOLDER = "examples/stores";
const blocks = documentedBlocks(FOLDER);
let server: EmulatorServer;

beforeAll(async () => {
  server = await createEmulator().listen();
});

afterAll(() => server.close());

describe("code in docs/integrations/langgraph-and-agents.md that needs LangGraph", () => {
  it("compiles under the strictest settings", async () => {
    expect(blocks.length).toBeGreaterThan(1);
    expect(await compilerErrors(blocks, FOLDER)).toEqual([]);
  });

  it("runs unchanged", async () => {
    expect(await outcomeOf(blocks, server.url, FOLDER)).toEqual(documentedOutput(blocks));
  });
});
