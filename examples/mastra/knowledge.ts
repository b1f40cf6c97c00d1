import { LibSQLVector } from "@mastra/libsql";
import { createVectorQueryTool, rerankWithScorer, type RerankResult } from "@mastra/rag";
import { embed, embedMany } from "ai";
import { createTogether } from "together-retrieval/ai-sdk";
import type { ModelAt, Service } from "../kit/service.js";
import { TogetherScorer } from "./scorer.js";

const INDEX = "passages";

/** Number of passages that the vector search returns to the reranker. */
const CANDIDATES = 50;

/** Only the reranker's score counts. Mastra's defaults mix it with the score and the order of the vector search. */
const weights = { semantic: 1, vector: 0, position: 0 };

/** Passages in a vector store of Mastra. Your code searches them, or an agent with a tool. */
export class Knowledge {
  readonly #store = new LibSQLVector({ id: INDEX, url: ":memory:" });
  readonly #scorer;
  readonly #documents;
  readonly #queries;

  constructor({ embedding, rerank }: Pick<Service, "embedding" | "rerank">) {
    const provider = createTogether(sharedOf(embedding));
    const { model, batchSize, queryPrefix } = embedding;
    this.#documents = provider.embeddingModel(model, { batchSize });
    this.#queries = provider.embeddingModel(model, { queryPrefix, inputType: "query" });
    this.#scorer = new TogetherScorer(rerank);
  }

  /**
   * Embeds passages and stores them. Mastra's reranking and its tool read `metadata.text`. LibSQL needs more time for
   * its index than the emulator for the vectors. For more than some thousand passages, use Mastra's PostgreSQL store.
   */
  async add(texts: readonly string[]): Promise<void> {
    const { embeddings } = await embedMany({ model: this.#documents, values: [...texts] });
    const dimension = embeddings[0]?.length ?? 0;
    await this.#store.createIndex({ indexName: INDEX, dimension });
    const metadata = texts.map((text) => ({ text }));
    await this.#store.upsert({ indexName: INDEX, vectors: embeddings, metadata });
  }

  /**
   * Returns the best passages for a question.
   *
   * @throws the error of a failed request.
   */
  async search(query: string, topK: number): Promise<RerankResult[]> {
    const { embedding: queryVector } = await embed({ model: this.#queries, value: query });
    const results = await this.#store.query({ indexName: INDEX, queryVector, topK: CANDIDATES });
    return rerankWithScorer({ results, query, scorer: this.#scorer, options: { topK, weights } });
  }

  /**
   * Creates the tool for an agent. After an error, the tool returns no passages, where {@link search} throws. Only
   * Mastra's logger and the `onEvent` of the models receive the error.
   */
  createTool(topK: number): ReturnType<typeof createVectorQueryTool> {
    return createVectorQueryTool({
      id: "look-up",
      description: "Finds passages that answer a question.",
      vectorStore: this.#store,
      indexName: INDEX,
      model: this.#queries,
      reranker: { model: this.#scorer, options: { topK, weights } },
    });
  }
}

function sharedOf({ apiKey, baseURL, fetch, maxConcurrency }: ModelAt): Parameters<typeof createTogether>[0] {
  return { apiKey, baseURL, fetch, maxConcurrency };
}
