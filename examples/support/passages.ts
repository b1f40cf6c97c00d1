import { RecursiveCharacterTextSplitter } from "@langchain/textsplitters";
import { readPassages } from "../start/passages.js";
import { idOf } from "./passage-id.js";

/** A text as stores keep it. Its id is a hash of the text, so that the same text always has the same id. */
export interface StoredPassage {
  readonly id: string;
  readonly text: string;
  readonly file: string;
}

/** Short passages of a few lines, so that there are many: node_modules contains more than 5,000. */
const splitter = new RecursiveCharacterTextSplitter({ chunkSize: 300, chunkOverlap: 0 });
const MIN_CHARACTERS = 20;

/**
 * Returns different passages of the Markdown files of a folder, always the same in the same order.
 *
 * @throws Error if the folder has fewer passages.
 */
export async function somePassages(amount: number, folder = "node_modules"): Promise<StoredPassage[]> {
  const passages = new Map<string, StoredPassage>();
  for (const { pageContent, metadata } of await readPassages(folder)) {
    for (const text of await splitter.splitText(pageContent)) {
      if (text.length < MIN_CHARACTERS) continue;
      const id = idOf(text);
      passages.set(id, { id, text, file: metadata.file });
      if (passages.size === amount) return [...passages.values()];
    }
  }
  throw new Error(`Cannot take ${amount} passages: ${folder} holds ${passages.size}; ask for fewer`);
}
