import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createEmulator, type Emulator, type EmulatorServer } from "../../../src/emulator/index.js";
import { run } from "../../support/program.js";

const PAGE = readFileSync(
  join(import.meta.dirname, "../../../docs/integrations/other-frameworks.md"),
  "utf8",
);
const [, code = ""] = /^```js n8n\n(.*?)^```$/ms.exec(PAGE) ?? [];

/** The Node.js flags of n8n's runner image. */
const FLAGS = ["--disallow-code-generation-from-strings", "--disable-proto=delete"];

const items = ["Rust eats iron.", "Bees live on nectar."].map((text, id) => ({ json: { id, text } }));
const emulator: Emulator = createEmulator();
let server: EmulatorServer;

beforeAll(async () => {
  server = await emulator.listen();
});
beforeEach(() => emulator.setFaults(undefined));
afterAll(() => server.close());

/** Runs the Code node, and returns its result or the error that it throws. */
async function execute(environment = {}): Promise<unknown> {
  const { stdout, stderr } = await run(
    process.execPath,
    [...FLAGS, join(import.meta.dirname, "n8n-runner.cjs"), code, JSON.stringify(items)],
    {
      env: {
        TOGETHER_API_KEY: "any",
        TOGETHER_BASE_URL: server.url,
        NODE_FUNCTION_ALLOW_EXTERNAL: "together-retrieval",
        ...environment,
      },
    },
  );
  expect(stderr).toBe("");
  return JSON.parse(stdout);
}

describe("n8n Code node of docs/integrations/other-frameworks.md", () => {
  it("returns the items best first, with their scores and embeddings", async () => {
    const result = (await execute()) as { json: { id: number; embedding: number[] }; pairedItem: number }[];
    expect(result.map(({ json }) => [json.id, json.embedding.length])).toEqual([
      [1, 1024],
      [0, 1024],
    ]);
    expect(result).toMatchObject([
      { json: { ...items[1]?.json, score: expect.any(Number) as number }, pairedItem: 1 },
      { json: { ...items[0]?.json, score: expect.any(Number) as number }, pairedItem: 0 },
    ]);
  });

  it("retries under the frozen globals of the task runner", async () => {
    emulator.setFaults([{ status: 503 }, "reset", { status: 429 }]);
    expect(await execute()).toHaveLength(2);
  });

  it("fails with a typed error under the frozen globals of the task runner", async () => {
    emulator.setFaults(() => ({ status: 401 }));
    expect(await execute()).toMatchObject({ name: "TogetherError", code: "unauthorized" });
  });

  it("needs the package in NODE_FUNCTION_ALLOW_EXTERNAL", async () => {
    const error = await execute({ NODE_FUNCTION_ALLOW_EXTERNAL: "moment" });
    expect(error).toMatchObject({ message: expect.stringContaining("disallowed") as string });
  });
});
