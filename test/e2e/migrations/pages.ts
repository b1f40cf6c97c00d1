import { readFileSync } from "node:fs";
import { join } from "node:path";
import { blocksOf, ROOT, type Block } from "../../integration/docs/blocks.js";

/** A row of a page's table. */
export interface Row {
  /** The first cell, without backticks. */
  readonly about: string;
  readonly before: string;
  readonly after: string;
}

/** Code blocks of a page: the old code, the new code, and a check that determines whether an index can stay. */
export type Part = "before" | "after" | "check" | "spaces";

/** The row that every page about embeddings has. */
export const REQUESTS = "requests for 1,000 texts";

/** Variables that the pages expect in the reader's code. */
const GIVEN = `
declare const texts: string[];
declare const question: string;
declare const documents: import("@langchain/core/documents").Document[];
declare const stored: { text: string; vector: number[] };
declare const earlier: { index: number; relevanceScore: number }[];
`;

function fileOf(page: string): string {
  return page === "README" ? "README.md" : `from-${page}.md`;
}

/** Returns the Markdown of a page. */
export function textOf(page: string): string {
  return readFileSync(join(ROOT, "docs", "migration", fileOf(page)), "utf8");
}

/** Returns the rows of the table under "Differences". */
export function rowsOf(page: string): Row[] {
  return tableOf(textOf(page)).map(([about = "", before = "", after = ""]) => ({
    about: about.replaceAll("`", ""),
    before,
    after,
  }));
}

/** Returns the cells of the first table, without its head. */
export function tableOf(text: string): string[][] {
  const lines = text.split("\n").filter((line) => line.startsWith("| "));
  return lines.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );
}

/** Returns the texts between backticks. */
export function codes(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);
}

/** Returns each block of a page as a program that compiles. A check continues the new code. */
export function programsOf(page: string): (Block & { part: Part })[] {
  const blocks = blocksOf(join("docs", "migration", fileOf(page)));
  const after = blocks[partsOf(page).indexOf("after")];
  return blocks.map(({ name, code }, place) => {
    const part = partsOf(page)[place] as Part;
    return { name, part, code: `${part === "check" ? after?.code : ""}${code}${GIVEN}` };
  });
}

function partsOf(page: string): Part[] {
  if (textOf(page).includes("```python")) return ["after", "check"];
  return page === "langchain-openai" ? ["before", "after", "spaces", "check"] : ["before", "after", "check"];
}

/** Variables of a block that the tests read. */
const RESULTS = ["vectors", "query", "ranked", "order"];

/** Returns a block as a module that exports its {@link RESULTS}. */
export function moduleOf(page: string, part: string): string {
  const code = programsOf(page).find((program) => program.part === part)?.code ?? "";
  const defined = RESULTS.filter((name) => new RegExp(`const (\\{ (\\w+: )?)?${name}\\b`).test(code));
  return `${code}\nexport { ${defined.join(", ")} };`;
}
