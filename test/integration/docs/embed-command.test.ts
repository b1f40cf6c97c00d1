import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { run } from "../../support/program.js";
import { ROOT } from "./blocks.js";

const page = await readFile(join(ROOT, "docs", "reference", "embed-command.md"), "utf8");

it("shows on the page of embed the output of a dry run", async () => {
  const folder = await mkdtemp(join(tmpdir(), "together-retrieval-"));
  const texts = ["Rust eats iron.", "Bees live on nectar.", "Plants turn light into sugar."];
  await writeFile(join(folder, "in.jsonl"), texts.map((text) => `${JSON.stringify({ text })}\n`).join(""));
  const [, options = ""] = /--model (BAAI[^`]*--dry-run[^`]*)```/.exec(page) ?? [];
  const args = [
    "embed",
    "in.jsonl",
    "--out",
    "out.jsonl",
    "--model",
    ...options.split(/[\s\\]+/).filter(Boolean),
  ];
  const { stdout, stderr } = await run(process.execPath, [join(ROOT, "dist/cli.js"), ...args], {
    cwd: folder,
  });
  await rm(folder, { recursive: true });
  expect(stderr).toBe("");
  expect(page).toContain(`\`\`\`text\n${stdout}\`\`\``);
});
