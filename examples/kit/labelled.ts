import { relative } from "node:path";
import { Misuse } from "./misuse.js";
import { readPassages } from "../start/passages.js";

/** Texts of one kind. */
export interface Group {
  readonly label: string;
  readonly texts: readonly string[];
}

/**
 * The packages, or folders, that have most to say: as many texts of each, without the line that names the package.
 *
 * @throws {Misuse} if there are not two of them.
 */
export async function labelled(folder: string, labels: number, texts: number): Promise<Group[]> {
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

/** The innermost package of a file, or its outermost folder. */
function labelOf(file: string): string {
  const parts = file.split(/[/\\]/);
  const start = parts.lastIndexOf("node_modules") + 1;
  return parts.slice(start, start + (parts[start]?.startsWith("@") ? 2 : 1)).join("/");
}

/** Some of many, from the first to the last at equal distances, so that no chapter is alone. */
function spread<Item>(list: readonly Item[], amount: number): Item[] {
  // Every fourth text first, so that the beginning of the list has texts of all parts.
  const chosen = Array.from(
    { length: amount },
    (_, at) => list[Math.floor((at * list.length) / amount)] as Item,
  );
  return [0, 1, 2, 3].flatMap((turn) => chosen.filter((_, at) => at % 4 === turn));
}
