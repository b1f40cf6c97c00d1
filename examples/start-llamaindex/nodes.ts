import { TextNode } from "llamaindex";
import { readPassages } from "../start/passages.js";

/** The passages that `npm start` reads, as LlamaIndex has them. */
export async function readNodes(folder: string): Promise<TextNode[]> {
  const passages = await readPassages(folder);
  return passages.map(({ pageContent, metadata }) => {
    // LlamaIndex puts metadata before the text unless told not to; a passage already begins with its headings.
    const excluded = ["file"];
    return new TextNode({
      text: pageContent,
      metadata: { file: metadata.file },
      excludedEmbedMetadataKeys: excluded,
      excludedLlmMetadataKeys: excluded,
    });
  });
}
