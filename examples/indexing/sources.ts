import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { Document } from "@langchain/core/documents";
import { RecursiveCharacterTextSplitter } from "@langchain/textsplitters";
import { Misuse } from "../kit/misuse.js";

/** A file, split into documents. */
export interface Source {
  readonly file: string;
  readonly documents: readonly Document[];
}

/** A file that was not indexed, and the reason. */
export interface Problem {
  readonly file: string;
  readonly problem: string;
}

/** The contents of a folder. */
export interface Sources {
  readonly sources: readonly Source[];
  readonly problems: readonly Problem[];
}

const splitter = RecursiveCharacterTextSplitter.fromLanguage("markdown", { chunkSize: 800, chunkOverlap: 0 });

/**
 * Reads all Markdown files of a folder. A file that cannot be read, or has no text, becomes a problem in the result.
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

/** Groups whole files into portions of at least `size` documents. The last portion may be smaller. */
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
