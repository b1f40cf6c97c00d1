import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEmulator, type EmulatorServer } from "together-retrieval/emulator";
import { documentedBlocks } from "../../test/integration/docs/blocks.js";
import { compilerErrors } from "../../test/integration/docs/compile.js";
import { documentedOutput, outcomeOf } from "../../test/integration/docs/run.js";

const FOLDER = "examples/mastra";
const blocks = documentedBlocks(FOLDER);
const emulator = createEmulator();
let server: EmulatorServer;

beforeAll(async () => {
  server = await emulator.listen();
});

afterAll(() => server.close());

describe("code for Mastra in docs/integrations/other-frameworks.md", () => {
  it("compiles under the strictest settings, together with the example", async () => {
    expect(blocks).toHaveLength(1);
    // One compilation for all files, because Mastra's types take seconds.
    const example = { name: FOLDER, code: 'import "../../main.js";\nimport "../../mastra.test.js";\n' };
    expect(await compilerErrors([...blocks, example], FOLDER)).toEqual([]);
  });

  it("runs unchanged, and reranks in one request", async () => {
    expect(await outcomeOf(blocks, server.url, FOLDER)).toEqual(documentedOutput(blocks));
    const paths = emulator.requests.map(({ path }) => path.split("/").at(-1));
    expect(paths).toEqual(["embeddings", "embeddings", "rerank"]);
  });
});
