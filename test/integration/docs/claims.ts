/** What the documentation claims of options, in a form that can be tried: ranges, defaults, rows of tables. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./blocks.js";

/** A range in words, with numbers at its ends and beyond them. */
export interface Range {
  readonly range: string;
  readonly fits: readonly number[];
  readonly unfit: readonly number[];
}

const RANGE = /([\d,]+) to ([\d,]+)|([\d,]+) or more|above 0|[Aa]ny finite number/;

/** The first range that a text speaks of. */
export function rangeIn(text: string): Range | undefined {
  const [range = "", least = "", most] = RANGE.exec(text.replaceAll(/\s+/g, " ")) ?? [];
  if (range === "") return undefined;
  if (range === "above 0") return { range, fits: [Number.MIN_VALUE, 1e9], unfit: [0, -1, Number.NaN] };
  if (/finite/.test(range)) return { range, fits: [-1e9, 0.5], unfit: [Number.NaN, Infinity] };
  const low = wholeIn(least || range);
  if (most === undefined) return { range, fits: [low, 1e9], unfit: [low - 1, Number.NaN] };
  return { range, fits: [low, wholeIn(most)], unfit: [low - 1, wholeIn(most) + 1, Number.NaN] };
}

function wholeIn(words: string): number {
  return Number.parseInt(words.replaceAll(",", ""));
}

export type Literal = number | string | boolean;

/** A value that is written out, as in code or as `60,000 ms`; `undefined` for anything in other words. */
export function literalIn(words = ""): Literal | undefined {
  const bare = words.replaceAll(/^`|`$/g, "");
  if (/^\d[\d_,]*( ms)?$/.test(bare)) return wholeIn(bare.replaceAll("_", ""));
  return /^("[^"]*"|true|false)$/.test(bare) ? (JSON.parse(bare) as Literal) : undefined;
}

/** A row of a table whose first column is called `option`. */
export interface OptionRow {
  /** As `docs/reference/endpoint-check.md`. */
  readonly page: string;
  readonly option: string;
  /** Without marks of code and without the range; empty where the table has no column of types. */
  readonly type: string;
  /** The range behind the type, as `1 to 100`; empty if there is none. */
  readonly range: string;
  /** Empty where the table has no column of defaults. */
  readonly defaultValue: string;
  /** The last column. */
  readonly meaning: string;
}

const TABLE = /^(\| option .*)\n\| -.*\n((?:\|.*\n)+)/gm;

/** Returns every row about an option in README and docs. */
export function optionRows(): OptionRow[] {
  const docs = readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" });
  const pages = docs.filter((name) => name.endsWith(".md") && !name.startsWith(join("reference", "api")));
  return ["README.md", ...pages.map((name) => `docs/${name}`)].flatMap(rowsOn);
}

function rowsOn(page: string): OptionRow[] {
  return [...readFileSync(join(ROOT, page), "utf8").matchAll(TABLE)].flatMap(([, head = "", body = ""]) => {
    const columns = cellsOf(head);
    return body
      .trim()
      .split("\n")
      .map(cellsOf)
      .map((cells) => {
        const cell = (column: string): string => cells[columns.indexOf(column)] ?? "";
        const [, type = "", range = ""] = /^`([^`]*)`(?:, (.+))?$/.exec(cell("type")) ?? [];
        const option = cell("option").replaceAll("`", "");
        return { page, option, type, range, defaultValue: cell("default"), meaning: cells.at(-1) ?? "" };
      });
  });
}

/** The cells of a line of a table. A pipe behind a backslash belongs to its cell. */
function cellsOf(line: string): string[] {
  const cells = line.split(/(?<!\\)\|/).slice(1, -1);
  return cells.map((cell) => cell.trim().replaceAll("\\|", "|"));
}
