/**
 * What is known of the models that Together has ever listed for embeddings and reranking.
 *
 * Serverless models come and go: by 2026-09 none was left, and users reach these (or any other) through their own
 * dedicated endpoint. So this table only fills in defaults; it never refuses an id. Sources: Together's model list
 * and deprecations page as of 2026-09, its embeddings skill (2026-02), and the models' own cards.
 */

/** Completion for ids that are known, without closing the door to `"<project>/<endpoint>"`. */
export type EmbeddingModelId =
  | "BAAI/bge-large-en-v1.5"
  | "BAAI/bge-base-en-v1.5"
  | "intfloat/multilingual-e5-large-instruct"
  | "intfloat/e5-mistral-7b-instruct"
  | "Alibaba-NLP/gte-modernbert-base"
  | "thenlper/gte-large"
  | "WhereIsAI/UAE-Large-V1"
  | "togethercomputer/m2-bert-80M-2k-retrieval"
  | "togethercomputer/m2-bert-80M-8k-retrieval"
  | "togethercomputer/m2-bert-80M-32k-retrieval"
  | "sentence-transformers/msmarco-bert-base-dot-v5"
  | "bert-base-uncased"
  | (string & {});

/** Completion for known rerankers; any other id works as well. */
export type RerankModelId =
  | "Salesforce/Llama-Rank-V1"
  | "mixedbread-ai/Mxbai-Rerank-Large-V2"
  | "mixedbread-ai/mxbai-rerank-large-v2"
  | (string & {});

/** An embedding model's facts. */
export interface EmbeddingModel {
  /** Length of its vectors. */
  readonly dimensions: number;
  /** Tokens that one text may have, special tokens included. */
  readonly maxInputTokens: number;
  /** What the model's card puts before a query, and never before a document. `""` for none. */
  readonly queryPrefix: string;
  /** Day it left Together's serverless offer; `undefined` where that is not documented. */
  readonly retired?: string;
}

/** A reranker's facts. */
export interface RerankModel {
  /** Tokens that one document may have. */
  readonly maxInputTokens: number;
  /** Documents that one request may carry; `undefined` where that is not documented. */
  readonly maxDocuments?: number;
  /** Day it left Together's serverless offer. */
  readonly retired?: string;
}

const BGE = "Represent this sentence for searching relevant passages: ";
const E5 = "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery: ";

function embedding(
  dimensions: number,
  maxInputTokens: number,
  queryPrefix: string,
  retired?: string,
): EmbeddingModel {
  return { dimensions, maxInputTokens, queryPrefix, ...(retired && { retired }) };
}

/** Known embedding models by id. Multilingual E5 is listed with 514 tokens, of which 512 can hold text. */
export const embeddingModels: Readonly<Record<string, EmbeddingModel>> = {
  "BAAI/bge-large-en-v1.5": embedding(1024, 512, BGE, "2026-02-06"),
  "BAAI/bge-base-en-v1.5": embedding(768, 512, BGE, "2026-02-25"),
  "intfloat/multilingual-e5-large-instruct": embedding(1024, 512, E5, "2026-09-15"),
  "intfloat/e5-mistral-7b-instruct": embedding(4096, 32_768, E5),
  "Alibaba-NLP/gte-modernbert-base": embedding(768, 8192, "", "2026-02-25"),
  "thenlper/gte-large": embedding(1024, 512, ""),
  "WhereIsAI/UAE-Large-V1": embedding(1024, 512, BGE, "2025-06-13"),
  "togethercomputer/m2-bert-80M-2k-retrieval": embedding(768, 2048, "", "2025-06-13"),
  "togethercomputer/m2-bert-80M-8k-retrieval": embedding(768, 8192, "", "2025-06-13"),
  "togethercomputer/m2-bert-80M-32k-retrieval": embedding(768, 32_768, "", "2026-02-06"),
  "sentence-transformers/msmarco-bert-base-dot-v5": embedding(768, 512, "", "2025-02-06"),
  "bert-base-uncased": embedding(768, 512, "", "2025-02-06"),
};

/** Known rerankers by id, in lower case: Together has spelt both of them in two ways. */
const rerankModels: Readonly<Record<string, RerankModel>> = {
  "salesforce/llama-rank-v1": { maxInputTokens: 8192, maxDocuments: 1024, retired: "2026-02-06" },
  "mixedbread-ai/mxbai-rerank-large-v2": { maxInputTokens: 32_768, retired: "2026-03-06" },
};

/** Facts of an embedding model, if it is a known one. */
export function embeddingModel(id: string): EmbeddingModel | undefined {
  return Object.hasOwn(embeddingModels, id) ? embeddingModels[id] : undefined;
}

/** Facts of a reranker, if it is a known one, however its id is capitalised. */
export function rerankModel(id: string): RerankModel | undefined {
  const key = id.toLowerCase();
  return Object.hasOwn(rerankModels, key) ? rerankModels[key] : undefined;
}
