import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runScript } from "../../test/support/program.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Markdown of another project, with more passages than the 20 candidates. */
const DOCUMENTS = join(ROOT, "node_modules/together-ai");
const QUESTION = "How often does the client retry, and after which errors?";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "start-"));
});

afterAll(() => rm(folder, { recursive: true }));

/** Returns the output of an example in an empty folder, without a terminal and without a key. */
async function printed(example: string, ...args: string[]): Promise<string> {
  const main = join(ROOT, "examples", example, "main.ts");
  const outcome = await runScript(main, args, { cwd: folder, env: { PATH: process.env["PATH"] } });
  expect(outcome).toMatchObject({ exitCode: 0, stderr: "" });
  return outcome.stdout;
}

/** Returns the printed candidates and ranking. */
function searchIn(text: string): string {
  return text.slice(text.indexOf("\nQuestion:"), text.indexOf("\nAnswer:"));
}

describe("npm run example llamaindex", { timeout: 60_000 }, () => {
  it("prints the same passages in the same order as npm start, and reuses its vectors", async () => {
    const search = ["--dir", DOCUMENTS, QUESTION];
    const langchain = await printed("start", ...search);
    const llamaindex = await printed("start-llamaindex", ...search);
    expect(searchIn(llamaindex)).toContain("Vector search finds 20 candidates:");
    expect(searchIn(llamaindex)).toMatch(/\d+ → 5 {2}\d\.\d{3} {2}/);
    expect(searchIn(llamaindex)).toBe(searchIn(langchain));
    expect(llamaindex).toMatch(/passages read from the cache in .*: nothing to embed/);
    expect(llamaindex).toMatch(/\nAnswer: \S/);
  });
});
