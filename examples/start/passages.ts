import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import type { Document } from "@langchain/core/documents";
import { RecursiveCharacterTextSplitter } from "@langchain/textsplitters";
import { Misuse } from "./command-line.js";
import { sectionsOf } from "./sections.js";

/** Where a passage is from. */
export interface Source extends Record<string, unknown> {
  readonly file: string;
  readonly headings: readonly string[];
}

export type Passage = Document<Source>;

const MARKDOWN = /\.(?:md|mdx|markdown)$/i;
/** What every package carries and nobody asks about. */
const BOILERPLATE =
  /^(?:change|changes|changelog|history|release-?notes|licen[cs]e|third.party|notice|security|code.of.conduct|contributing)/i;
const MOST_BYTES = 1_000_000;

/** Short enough for models that read 512 tokens: Markdown has about three characters to a token. */
const splitter = RecursiveCharacterTextSplitter.fromLanguage("markdown", { chunkSize: 800, chunkOverlap: 0 });

/**
 * The passages of all Markdown files of a folder, each under its headings, no two the same, always in the same order.
 *
 * @throws {Misuse} if there is nothing to read.
 */
export async function readPassages(folder: string): Promise<Passage[]> {
  const passages = new Map<string, Passage>();
  for (const file of await markdownFiles(folder)) {
    for (const passage of await passagesOf(file, folder)) {
      if (!passages.has(passage.pageContent)) passages.set(passage.pageContent, passage);
    }
  }
  if (passages.size === 0) {
    throw new Misuse(
      `Cannot search ${folder}: its Markdown files hold no text; choose another folder with --dir`,
    );
  }
  return [...passages.values()];
}

async function markdownFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    const { code, message } = error as NodeJS.ErrnoException;
    const problem =
      code === "ENOENT" ? "there is no such folder" : code === "ENOTDIR" ? "it is a file" : message;
    throw new Misuse(`Cannot search ${folder}: ${problem}; name a folder of Markdown files with --dir`);
  });
  const files = entries
    .filter((entry) => entry.isFile() && MARKDOWN.test(entry.name) && !BOILERPLATE.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
  if (files.length > 0) return files.sort();
  throw new Misuse(
    `Cannot search ${folder}: there are no Markdown files in it; name another folder with --dir`,
  );
}

/** The passages of a file; none of one that is too large to have been written by hand. */
async function passagesOf(file: string, folder: string): Promise<Passage[]> {
  const { size } = await stat(file);
  if (size > MOST_BYTES) return [];
  const markdown = await readFile(file, "utf8");
  const passages = sectionsOf(markdown).map(({ headings, text }) => {
    const trail = [titleOf(relative(folder, file)), ...headings].filter(unlikeTheOneBefore).join(" > ");
    const metadata = { file: relative(".", file), headings };
    return splitter.createDocuments([text], [metadata], { chunkHeader: `${trail}\n\n` });
  });
  return (await Promise.all(passages)).flat() as Passage[];
}

/** What a file is about by its name: `p-queue/readme.md` is about `p-queue`. */
function titleOf(file: string): string {
  return file
    .replace(/(?:[/\\]|^)(?:readme|index)(?=\.\w+$)/i, "")
    .replace(/\.\w+$/, "")
    .replace(/^\.(?:md|mdx|markdown)$/i, "");
}

function unlikeTheOneBefore(title: string, place: number, titles: readonly string[]): boolean {
  return title !== "" && title !== titles[place - 1];
}
