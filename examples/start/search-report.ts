import { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import type { DocumentInterface } from "@langchain/core/documents";
import { shortened } from "./print.js";

type Found = readonly DocumentInterface[];

/** Prints what each retriever of the chain finds: the vector store's candidates, then what reranking left of them. */
export class SearchReport extends BaseCallbackHandler {
  override readonly name = "SearchReport";
  // LangChain goes on without waiting for a handler that does not say so.
  override readonly awaitHandlers = true;
  #candidates: readonly string[] = [];

  override handleRetrieverEnd(
    found: Found,
    _run: string,
    _parent?: string,
    tags: readonly string[] = [],
  ): void {
    if (tags.includes("base_retriever")) this.#printCandidates(found);
    else this.#printRanked(found);
  }

  #printCandidates(found: Found): void {
    this.#candidates = found.map(({ pageContent }) => pageContent);
    console.log(`\nVector search finds ${found.length} candidates:`);
    found.forEach((document, place) => console.log(`${aligned(place + 1)}.  ${titleOf(document)}`));
  }

  /** Where each passage stood before and stands now. */
  #printRanked(found: Found): void {
    console.log(`\nReranking leaves the best ${found.length} (old place → new place, score):`);
    found.forEach((document, place) => {
      const before = this.#candidates.indexOf(document.pageContent) + 1;
      const score = Number(document.metadata["relevanceScore"]).toFixed(3);
      console.log(`\n${aligned(before)} → ${place + 1}  ${score}  ${document.metadata["file"]}`);
      console.log(excerptOf(document));
    });
  }
}

function aligned(place: number): string {
  return String(place).padStart(4);
}

/** A passage begins with its headings, in a line of their own. */
function titleOf({ pageContent }: DocumentInterface): string {
  return shortened(pageContent.split("\n", 1)[0] as string);
}

function excerptOf({ pageContent }: DocumentInterface): string {
  const lines = pageContent.split("\n").filter((line) => line.trim() !== "");
  return lines
    .slice(0, 4)
    .map((line) => `        ${shortened(line)}`)
    .join("\n");
}
