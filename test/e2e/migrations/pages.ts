import { readFileSync } from "node:fs";
import { join } from "node:path";
import { blocksOf, ROOT, type Block } from "../../integration/docs/blocks.js";

/** A line of a page's table. */
export interface Row {
  /** What the line is about, without the marks of code. */
  readonly about: string;
  readonly before: string;
  readonly after: string;
}

/** Pieces of a page: what users had, what they have now, and how they tell whether their index stays. */
export type Part = "before" | "after" | "check" | "spaces";

/** The line that every page about embeddings has. */
export const REQUESTS = "requests for 1,000 texts";

/** What the pages say that the reader brings along. */
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

export function textOf(page: string): string {
  return readFileSync(join(ROOT, "docs", "migration", fileOf(page)), "utf8");
}

/** The lines of the table under "Differences". */
export function rowsOf(page: string): Row[] {
  return tableOf(textOf(page)).map(([about = "", before = "", after = ""]) => ({
    about: about.replaceAll("`", ""),
    before,
    after,
  }));
}

/** The cells of the first table, without its head. */
export function tableOf(text: string): string[][] {
  const lines = text.split("\n").filter((line) => line.startsWith("| "));
  return lines.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );
}

/** What stands between marks of code. */
export function codes(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);
}

/** Each block of a page as it compiles: a check goes on where the new code ended. */
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

/** What a block leaves behind. */
const RESULTS = ["vectors", "query", "ranked", "order"];

/** A block as a module that exports what it leaves behind. */
export function moduleOf(page: string, part: string): string {
  const code = programsOf(page).find((program) => program.part === part)?.code ?? "";
  const left = RESULTS.filter((name) => new RegExp(`const (\\{ (\\w+: )?)?${name}\\b`).test(code));
  return `${code}\nexport { ${left.join(", ")} };`;
}
