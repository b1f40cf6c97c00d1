import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { Document } from "@langchain/core/documents";
import { RecursiveCharacterTextSplitter } from "@langchain/textsplitters";
import { Misuse } from "../kit/misuse.js";

/** A file, cut into documents. */
export interface Source {
  readonly file: string;
  readonly documents: readonly Document[];
}

/** Something that was not indexed, and why. */
export interface Problem {
  readonly file: string;
  readonly problem: string;
}

/** A folder as it is now. */
export interface Sources {
  readonly sources: readonly Source[];
  readonly problems: readonly Problem[];
}

const splitter = RecursiveCharacterTextSplitter.fromLanguage("markdown", { chunkSize: 800, chunkOverlap: 0 });

/**
 * Reads all Markdown files of a folder. One that cannot be read, or holds no text, does not keep the others out.
 *
 * @throws {Misuse} if there is no such folder.
 */
export async function readSources(folder: string): Promise<Sources> {
  const names = await readdir(folder, { recursive: true }).catch((error: Error) => {
    throw new Misuse(`Cannot index ${folder}: ${error.message}; name a folder of Markdown files`);
  });
  const files = names.filter((name) => /\.(?:md|mdx|markdown)$/i.test(name)).toSorted();
  const sources: Source[] = [];
  const problems: Problem[] = [];
  for (const name of files) {
    const found = await readSource(join(folder, name), relative(".", join(folder, name)));
    if ("problem" in found) problems.push(found);
    else sources.push(found);
  }
  return { sources, problems };
}

async function readSource(path: string, file: string): Promise<Source | Problem> {
  try {
    const texts = await splitter.splitText(await readFile(path, "utf8"));
    const documents = texts
      .filter((text) => text.trim() !== "")
      .map((pageContent) => new Document({ pageContent, metadata: { source: file } }));
    return documents.length > 0 ? { file, documents } : { file, problem: "it holds no text" };
  } catch (error) {
    return { file, problem: (error as Error).message };
  }
}

/** Puts whole files together, until there are documents enough to be worth a call. */
export function* portionsOf(sources: readonly Source[], size: number): Generator<readonly Source[]> {
  let portion: Source[] = [];
  let documents = 0;
  for (const source of sources) {
    portion.push(source);
    documents += source.documents.length;
    if (documents < size) continue;
    yield portion;
    [portion, documents] = [[], 0];
  }
  if (portion.length > 0) yield portion;
}
