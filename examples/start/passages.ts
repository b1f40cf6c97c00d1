import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import type { Document } from "@langchain/core/documents";
import { RecursiveCharacterTextSplitter } from "@langchain/textsplitters";
import { Misuse } from "../kit/misuse.js";
import { sectionsOf } from "./sections.js";

/** A part of a Markdown file, under its headings. */
export type Passage = Document<{ readonly file: string; readonly headings: readonly string[] }>;

/** MDX is not included, because its text contains components. */
const MARKDOWN = /\.(?:md|markdown)$/i;
/** Standard files of packages, such as licences and changelogs. They would displace useful passages. */
const BOILERPLATE =
  /^(?:change|history|release|licen[cs]e|third-party|notice|security|code.of.conduct|contributing)/i;
/** Larger files are usually generated. */
const MAX_BYTES = 1_000_000;

/** Passages are short enough for models that read 512 tokens: Markdown has about three characters per token. */
const splitter = RecursiveCharacterTextSplitter.fromLanguage("markdown", { chunkSize: 800, chunkOverlap: 0 });

/**
 * Returns the passages of all Markdown files of a folder, without duplicates and always in the same order.
 *
 * @throws {Misuse} if the folder has no Markdown text.
 */
export async function readPassages(folder: string): Promise<Passage[]> {
  const files = await markdownFiles(folder);
  const passages = (await Promise.all(files.map((file) => passagesOf(file, folder)))).flat();
  if (passages.length === 0) throw cannotSearch(folder, "its Markdown files hold no text");
  return [...new Map(passages.map((passage) => [passage.pageContent, passage])).values()];
}

async function markdownFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    throw cannotSearch(folder, problemOf(error as NodeJS.ErrnoException));
  });
  const files = entries
    .filter((entry) => entry.isFile() && MARKDOWN.test(entry.name) && !BOILERPLATE.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
  if (files.length === 0) throw cannotSearch(folder, "there is no Markdown in it");
  return files.toSorted();
}

function problemOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === "ENOENT") return "there is no such folder";
  return code === "ENOTDIR" ? "it is not a folder" : message;
}

function cannotSearch(folder: string, problem: string): Misuse {
  return new Misuse(`Cannot search ${folder}: ${problem}; name a folder of Markdown files with --dir`);
}

async function passagesOf(file: string, folder: string): Promise<Passage[]> {
  if ((await stat(file)).size > MAX_BYTES) return [];
  const title = titleOf(relative(folder, file));
  const sections = sectionsOf(await readFile(file, "utf8")).map(({ headings, text }) => {
    const trail = [title, ...headings].filter(unlikeTheOneBefore).join(" > ");
    const metadata = { file: relative(".", file), headings };
    return splitter.createDocuments([text], [metadata], { chunkHeader: `${trail}\n\n` });
  });
  return (await Promise.all(sections)).flat() as Passage[];
}

/** Returns a title from a file's path: `p-queue` for `p-queue/readme.md`. */
function titleOf(file: string): string {
  return file.replace(MARKDOWN, "").replace(/(?:^|[/\\])(?:readme|index)$/i, "");
}

function unlikeTheOneBefore(title: string, place: number, titles: readonly string[]): boolean {
  return title !== "" && title !== titles[place - 1];
}
