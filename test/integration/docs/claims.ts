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
  /** The second column: in the tables that have three, the default. */
  readonly second: string;
  /** The third column, if there is one: the meaning. */
  readonly third: string;
}

const TABLE = /^\| option .*\n\| -.*\n((?:\|.*\n)+)/gm;

/** Every row about an option in README and docs. */
export function optionRows(): OptionRow[] {
  const docs = readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" });
  const pages = docs.filter((name) => name.endsWith(".md") && !name.startsWith(join("reference", "api")));
  return ["README.md", ...pages.map((name) => `docs/${name}`)].flatMap(rowsOn);
}

function rowsOn(page: string): OptionRow[] {
  return [...readFileSync(join(ROOT, page), "utf8").matchAll(TABLE)]
    .flatMap(([, body = ""]) => body.trim().split("\n"))
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .map(([, option = "", second = "", third = ""]) => ({
      page,
      option: option.replaceAll("`", ""),
      second,
      third,
    }));
}
