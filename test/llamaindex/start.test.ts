import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Markdown that somebody else wrote: enough that 20 candidates are a choice. */
const DOCUMENTS = join(ROOT, "node_modules/together-ai");
const QUESTION = "How often does the client retry, and after which errors?";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "start-"));
});

afterAll(() => rm(folder, { recursive: true }));

/** Runs an example in a folder of its own; nobody is at a terminal, and there is no key. */
async function run(example: string, ...args: string[]): Promise<string> {
  const main = join(ROOT, "examples", example, "main.ts");
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ["--import", import.meta.resolve("tsx"), main, ...args],
    { cwd: folder, env: { PATH: process.env["PATH"] }, timeout: 50_000 },
  );
  expect(stderr).toBe("");
  return stdout;
}

/** Candidates and ranking, as they were printed. */
function searchIn(printed: string): string {
  return printed.slice(printed.indexOf("\nQuestion:"), printed.indexOf("\nAnswer:"));
}

describe("npm run start:llamaindex", { timeout: 60_000 }, () => {
  it("prints the same passages in the same order as npm start, and reads what that one embedded", async () => {
    const search = ["--dir", DOCUMENTS, QUESTION];
    const langchain = await run("start", ...search);
    const llamaindex = await run("start-llamaindex", ...search);
    expect(searchIn(llamaindex)).toContain("Vector search finds 20 candidates:");
    expect(searchIn(llamaindex)).toMatch(/\d+ → 5 {2}\d\.\d{3} {2}/);
    expect(searchIn(llamaindex)).toBe(searchIn(langchain));
    expect(llamaindex).toMatch(/passages read from the cache in .*: nothing to embed/);
    expect(llamaindex).toMatch(/\nAnswer: \S/);
  });

  it("--help names the command that was run", async () => {
    expect(await run("start-llamaindex", "--help")).toMatch(/^Usage: npm run start:llamaindex -- /);
  });
});
