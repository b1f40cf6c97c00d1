import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEmulator, type EmulatorServer } from "../../src/emulator/index.js";
import { documentedBlocks, type Block } from "./blocks.js";
import { compiled, complaints } from "./compile.js";
import { run } from "./run.js";

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

  it("compiles under the strictest settings", { timeout: 60_000 }, () => {
    expect(complaints(blocks)).toEqual([]);
  });

  it.concurrent.each(blocks)("runs as it stands at $name", { timeout: 60_000 }, async (block) => {
    const { exitCode, stdout, stderr } = await run(compiled(block), {
      TOGETHER_API_KEY: "any",
      TOGETHER_BASE_URL: server.url,
    });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(printed(stdout)).toEqual(promised(block));
  });
});

function printed(stdout: string): string[] {
  return stdout.split("\n").filter((line) => line !== "");
}

/** What the comments say that the block prints, without the quotes of a string. */
function promised({ code }: Block): string[] {
  return [...code.matchAll(/(?:console\.log\(.*\/\/ |\/\/ prints )(.+)$/gm)].map(([, said = ""]) =>
    said.replaceAll(/^"|"$/g, ""),
  );
}
