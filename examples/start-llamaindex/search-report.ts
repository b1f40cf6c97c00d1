import { MetadataMode, type BaseNodePostprocessor, type NodeWithScore } from "llamaindex";
import { PrintedSearch, type Found } from "../start/print-search.js";

/** Prints the nodes between the steps of a query engine. It does not change them. */
export class SearchReport {
  readonly #printed = new PrintedSearch();

  /** The postprocessor before the reranker. */
  readonly candidates = observer((found) => this.#printed.candidates(found));

  /** The postprocessor after the reranker. */
  readonly ranked = observer((found) => this.#printed.ranked(found));
}

function observer(print: (found: readonly Found[]) => void): BaseNodePostprocessor {
  return {
    postprocessNodes: async (nodes) => {
      print(nodes.map(foundOf));
      return nodes;
    },
  };
}

function foundOf({ node, score }: NodeWithScore): Found {
  return { text: node.getContent(MetadataMode.NONE), file: String(node.metadata["file"]), score };
}
