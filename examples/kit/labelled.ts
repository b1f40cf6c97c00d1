import { relative } from "node:path";
import { Misuse } from "./misuse.js";
import { readPassages } from "../start/passages.js";

/** A label, and its texts. */
export interface Group {
  readonly label: string;
  readonly texts: readonly string[];
}

/**
 * Reads texts of the packages or folders with the most passages: equally many of each, without the line that names the
 * package.
 *
 * @throws {Misuse} if fewer than two have enough passages.
 */
export async function readGroups(folder: string, labels: number, texts: number): Promise<Group[]> {
  const groups = new Map<string, string[]>();
  for (const { pageContent, metadata } of await readPassages(folder)) {
    const label = labelOf(relative(folder, metadata.file));
    const [, text = ""] = pageContent.split(/\n\n(.*)/s);
    if (text.length > 200) groups.set(label, [...(groups.get(label) ?? []), text]);
  }
  const large = [...groups].filter(([, found]) => found.length >= texts);
  if (large.length < 2) {
    throw new Misuse(
      `Cannot classify by ${folder}: fewer than two labels have ${texts} passages; see --help`,
    );
  }
  return large
    .toSorted(([, left], [, right]) => right.length - left.length)
    .slice(0, labels)
    .map(([label, found]) => ({ label, texts: spread(found, texts) }));
}

/** Returns the innermost package of a file, otherwise its outermost folder. */
function labelOf(file: string): string {
  const parts = file.split(/[/\\]/);
  const start = parts.lastIndexOf("node_modules") + 1;
  return parts.slice(start, start + (parts[start]?.startsWith("@") ? 2 : 1)).join("/");
}

/** Returns items at equal distances in the list, so that they come from all chapters. */
function spread<Item>(list: readonly Item[], amount: number): Item[] {
  // Every fourth item first, so that the first items of the result come from all parts, too.
  const chosen = Array.from(
    { length: amount },
    (_, at) => list[Math.floor((at * list.length) / amount)] as Item,
  );
  return [0, 1, 2, 3].flatMap((turn) => chosen.filter((_, at) => at % 4 === turn));
}
