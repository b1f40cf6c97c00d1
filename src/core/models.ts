/**
 * Facts about all embedding and rerank models that Together has ever listed. They provide defaults. Unknown ids are
 * accepted: since 2026-09, Together serves none of these models serverless, and users deploy these or others on
 * dedicated endpoints.
 *
 * Sources: Together's model list and deprecations page (2026-09), its embeddings skill (2026-02), the model cards.
 */

/** Ids of known embedding models, for completion in editors. Other ids are accepted: `"<project>/<endpoint>"`. */
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

/** Ids of known rerank models, for completion in editors. Any other id is accepted. */
export type RerankModelId =
  | "Salesforce/Llama-Rank-V1"
  | "mixedbread-ai/Mxbai-Rerank-Large-V2"
  | "mixedbread-ai/mxbai-rerank-large-v2"
  | (string & {});

/** Facts about an embedding model. */
export interface EmbeddingModel {
  /** Length of its vectors. */
  readonly dimensions: number;
  /** Maximum number of tokens of a text, including special tokens. */
  readonly maxInputTokens: number;
  /** Prefix of queries, but not of documents, according to the model card; `""` for none. */
  readonly queryPrefix: string;
  /** Day since which Together does not serve it serverless; `undefined` if not documented. */
  readonly retired?: string;
}

/** Facts about a rerank model. */
export interface RerankModel {
  /** Maximum number of tokens of a document. */
  readonly maxInputTokens: number;
  /** Maximum number of documents of a request; `undefined` if not documented. */
  readonly maxDocuments?: number;
  /** Day since which Together does not serve it serverless. */
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

/** Known embedding models by id. Together lists multilingual E5 with 514 tokens; 512 of them are available for text. */
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

/** Known rerank models by id in lower case: Together has used two spellings of both. */
const rerankModels: Readonly<Record<string, RerankModel>> = {
  "salesforce/llama-rank-v1": { maxInputTokens: 8192, maxDocuments: 1024, retired: "2026-02-06" },
  "mixedbread-ai/mxbai-rerank-large-v2": { maxInputTokens: 32_768, retired: "2026-03-06" },
};

/** Ids of the known models of each kind, each in one spelling, for suggestions. */
export const knownModels = {
  embedding: Object.keys(embeddingModels),
  rerank: ["Salesforce/Llama-Rank-V1", "mixedbread-ai/Mxbai-Rerank-Large-V2"],
} as const satisfies Record<string, readonly string[]>;

/** Returns the facts about an embedding model; `undefined` for an unknown id. */
export function embeddingModel(id: string): EmbeddingModel | undefined {
  return Object.hasOwn(embeddingModels, id) ? embeddingModels[id] : undefined;
}

/** Returns the facts about a rerank model; `undefined` for an unknown id. Ignores case. */
export function rerankModel(id: string): RerankModel | undefined {
  const key = id.toLowerCase();
  return Object.hasOwn(rerankModels, key) ? rerankModels[key] : undefined;
}
