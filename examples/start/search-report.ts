import { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import type { DocumentInterface } from "@langchain/core/documents";
import { PrintedSearch, type Found } from "./print-search.js";

/** Prints what each retriever of the chain finds: the vector store's candidates, then what reranking left of them. */
export class SearchReport extends BaseCallbackHandler {
  override readonly name = "SearchReport";
  // LangChain goes on without waiting for a handler that does not say so.
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
