import { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import type { DocumentInterface } from "@langchain/core/documents";
import { PrintedSearch, type Found } from "./print-search.js";

/** Prints the results of each retriever: the candidates of the vector store, then the passages after reranking. */
export class SearchReport extends BaseCallbackHandler {
  override readonly name = "SearchReport";
  // By default, LangChain does not wait for handlers.
  override readonly awaitHandlers = true;
  readonly #printed = new PrintedSearch();

  override handleRetrieverEnd(
    documents: readonly DocumentInterface[],
    _run: string,
    _parent?: string,
    tags: readonly string[] = [],
  ): void {
    const found = documents.map(foundOf);
    if (tags.includes("base_retriever")) this.#printed.candidates(found);
    else this.#printed.ranked(found);
  }
}

function foundOf({ pageContent: text, metadata }: DocumentInterface): Found {
  return { text, file: String(metadata["file"]), score: metadata["relevanceScore"] as number | undefined };
}
