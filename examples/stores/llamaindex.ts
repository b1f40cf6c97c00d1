import {
  MetadataMode,
  NodeRelationship,
  ObjectType,
  Settings,
  TextNode,
  type BaseNode,
  type VectorStoreIndex,
} from "llamaindex";
import {
  TogetherEmbeddings,
  TogetherReranker,
  type TogetherEmbeddingsParams,
} from "together-retrieval/llamaindex";
import type { Service } from "../kit/service.js";
import type { StoredPassage } from "../support/passages.js";
import type { Found } from "./store.js";

/** LlamaIndex's part of an example. Its stores and indexes use the model in `Settings`. */
export class LlamaIndexModels {
  readonly dimensions: number;
  readonly #reranker: TogetherReranker;

  constructor(service: Service, cache: NonNullable<TogetherEmbeddingsParams["cache"]>) {
    const embeddings = new TogetherEmbeddings({ ...service.embedding, cache });
    if (embeddings.dimensions === undefined)
      throw new Error(`Cannot create a table for ${embeddings.model}: set its dimensions`);
    Settings.embedModel = embeddings;
    this.dimensions = embeddings.dimensions;
    this.#reranker = new TogetherReranker({
      ...service.rerank,
      topN: 5,
      // Stores do not keep the list of metadata that a node excludes.
      metadataMode: MetadataMode.NONE,
    });
  }

  async search(index: VectorStoreIndex, query: string, similarityTopK: number): Promise<Found[]> {
    const found = await index.asRetriever({ similarityTopK }).retrieve({ query });
    return found.map(({ node }) => ({ text: node.getContent(MetadataMode.NONE) }));
  }

  async rerank(index: VectorStoreIndex, query: string): Promise<Found[]> {
    const candidates = await index.asRetriever({ similarityTopK: 20 }).retrieve({ query });
    const ranked = await this.#reranker.postprocessNodes(candidates, query);
    return ranked.map(({ node, score }) => ({ text: node.getContent(MetadataMode.NONE), score }));
  }
}

/** Returns a node with the passage's id. The node is its own source, because stores delete by the source's id. */
export function nodeOf({ id, text, file }: StoredPassage): BaseNode {
  return new TextNode({
    id_: id,
    text,
    metadata: { file },
    // Only the text is embedded, as with the other stores.
    excludedEmbedMetadataKeys: ["file"],
    relationships: { [NodeRelationship.SOURCE]: { nodeId: id, nodeType: ObjectType.DOCUMENT, metadata: {} } },
  });
}
