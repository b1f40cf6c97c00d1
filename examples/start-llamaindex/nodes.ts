import { TextNode } from "llamaindex";
import { readPassages } from "../start/passages.js";

/** Returns the passages that `npm start` reads, as nodes of LlamaIndex. */
export async function readNodes(folder: string): Promise<TextNode[]> {
  const passages = await readPassages(folder);
  return passages.map(({ pageContent, metadata }) => {
    // By default, LlamaIndex adds metadata before the text. A passage already begins with its headings.
    const excluded = ["file"];
    return new TextNode({
      text: pageContent,
      metadata: { file: metadata.file },
      excludedEmbedMetadataKeys: excluded,
      excludedLlmMetadataKeys: excluded,
    });
  });
}
