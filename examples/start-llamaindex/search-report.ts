import { MetadataMode, type BaseNodePostprocessor, type NodeWithScore } from "llamaindex";
import { PrintedSearch, type Found } from "../start/print-search.js";

/** Prints what passes between the steps of a query engine, and changes nothing. */
export class SearchReport {
  readonly #printed = new PrintedSearch();

  /** To stand before the reranker. */
  readonly candidates = lookingOn((found) => this.#printed.candidates(found));

  /** To stand after it. */
  readonly ranked = lookingOn((found) => this.#printed.ranked(found));
}

function lookingOn(look: (found: readonly Found[]) => void): BaseNodePostprocessor {
  return {
    postprocessNodes: async (nodes) => {
      look(nodes.map(foundOf));
      return nodes;
    },
  };
}

function foundOf({ node, score }: NodeWithScore): Found {
  return { text: node.getContent(MetadataMode.NONE), file: String(node.metadata["file"]), score };
}
