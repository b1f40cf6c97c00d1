/** The corpus: the documentation that the package `ai` contains, in passages of about 400 tokens. */

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { sectionsOf } from "../../start/sections";

export interface Passage {
  /** Relative to the documentation, such as `06-advanced/04-caching.mdx`. */
  readonly file: string;
  /** The headings above the text, the title of the page first. */
  readonly headings: readonly string[];
  readonly text: string;
}

const FOLDER = join(process.cwd(), "node_modules/ai/docs");

/** A token has about three characters of Markdown, and many embedding models read 512 tokens. */
const MAX_CHARACTERS = 1000;

export async function readPassages(): Promise<Passage[]> {
  const files = (await readdir(FOLDER, { recursive: true }))
    .filter((file) => file.endsWith(".mdx"))
    .toSorted();
  const passages = files.map(async (file) => passagesOf(file, await readFile(join(FOLDER, file), "utf8")));
  return (await Promise.all(passages)).flat();
}

function passagesOf(file: string, markdown: string): Passage[] {
  const withoutFrontmatter = markdown.replace(/^---\n.*?\n---\n/s, "");
  return sectionsOf(withoutFrontmatter).flatMap(({ headings, text }) =>
    splitText(text).map((part) => ({ file, headings, text: part })),
  );
}

/** Joins paragraphs up to the maximum, and splits longer paragraphs. */
function splitText(text: string): string[] {
  const parts: string[] = [];
  for (const paragraph of text.split(/\n{2,}/)) {
    const last = parts.at(-1);
    if (last !== undefined && last.length + paragraph.length < MAX_CHARACTERS) {
      parts[parts.length - 1] = `${last}\n\n${paragraph}`;
    } else {
      for (let at = 0; at < paragraph.length; at += MAX_CHARACTERS) {
        parts.push(paragraph.slice(at, at + MAX_CHARACTERS));
      }
    }
  }
  return parts;
}
