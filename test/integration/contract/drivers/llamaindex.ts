import { MetadataMode, TextNode, type NodeWithScore } from "llamaindex";
import { TogetherEmbeddings, TogetherReranker } from "../../../../src/llamaindex/index.js";
import type { Call, Driver } from "./driver.js";

export const llamaindex: Driver = {
  framework: "LlamaIndex",
  made: "Together(Embeddings|Reranker)",
  lacks: [],
  embeddings(options) {
    const embeddings = new TogetherEmbeddings(options);
    return {
      documents: (texts, call) => embeddings.getTextEmbeddingsBatch(texts as string[], callOptions(call)),
      query: async (text, call) => {
        const vector = await embeddings.getQueryEmbedding({ type: "text", text }, callOptions(call));
        return vector as number[];
      },
    };
  },
  reranker(options) {
    // Without the passages' metadata, as in other frameworks.
    const reranker = new TogetherReranker({ ...options, metadataMode: MetadataMode.NONE });
    return {
      rerank: (query, items, call) => reranker.postprocessNodes(items as NodeWithScore[], query, call),
    };
  },
  wrap: ({ id, text, metadata }) => ({ node: new TextNode({ id_: id, text, metadata }), score: undefined }),
  unwrap(item) {
    const { node, score } = item as NodeWithScore<Record<string, string>>;
    const { id_: id, metadata } = node;
    return { id, text: node.getContent(MetadataMode.NONE), metadata, score };
  },
};

function callOptions({ signal, onProgress }: Call = {}): Parameters<
  TogetherEmbeddings["getTextEmbeddingsBatch"]
>[1] {
  return { signal, progressCallback: (done, total) => onProgress?.(done, total) };
}
