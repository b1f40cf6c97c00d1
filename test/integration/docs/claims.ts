/** Parses what the documentation states about options: ranges, defaults and rows of tables. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./blocks.js";

/** A documented range, with numbers at its ends and outside it. */
export interface Range {
  readonly range: string;
  readonly fits: readonly number[];
  readonly unfit: readonly number[];
}

const RANGE = /([\d,]+) to ([\d,]+)|([\d,]+) or more|above 0|[Aa]ny finite number/;

/** Returns the first range in a text. */
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

/** Parses a literal, as in code or as `60,000 ms`. It returns `undefined` for other words. */
export function literalIn(words = ""): Literal | undefined {
  const bare = words.replaceAll(/^`|`$/g, "");
  if (/^\d[\d_,]*( ms)?$/.test(bare)) return wholeIn(bare.replaceAll("_", ""));
  return /^("[^"]*"|true|false)$/.test(bare) ? (JSON.parse(bare) as Literal) : undefined;
}

/** A row of a table whose first column is named `option`. */
export interface OptionRow {
  /** The path, such as `docs/reference/endpoint-check.md`. */
  readonly page: string;
  readonly option: string;
  /** The type without backticks and without the range; empty if the table has no column for types. */
  readonly type: string;
  /** The range after the type, such as `1 to 100`; empty if there is none. */
  readonly range: string;
  /** The default; empty if the table has no column for defaults. */
  readonly defaultValue: string;
  /** The cell in the last column. */
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

/** Splits a line of a table into cells. A pipe after a backslash belongs to its cell. */
function cellsOf(line: string): string[] {
  const cells = line.split(/(?<!\\)\|/).slice(1, -1);
  return cells.map((cell) => cell.trim().replaceAll("\\|", "|"));
}
