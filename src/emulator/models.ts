/** GPUs on which a dedicated endpoint runs a model, as `GET /v2/supported-models` lists them. */
export interface EmulatedGpus {
  /** The type of GPU, such as `"H100"`. */
  readonly type: string;
  /** How many of them, 1 or more. */
  readonly count: number;
}

/** An embedding model of the emulator. */
export interface EmulatedEmbeddingModel {
  readonly type: "embedding";
  /** Length of a vector. Whole number, 1 or more. */
  readonly dimensions: number;
  /** Maximum tokens of a text, 1 or more. The option `longText` handles longer texts. @defaultValue no limit */
  readonly maxTokens?: number;
  /** Whether vectors are normalized to length 1. If not, lengths are between 1.05 and 1.55. @defaultValue true */
  readonly unitLength?: boolean;
  /** Whether responses report token counts. If not, `usage` is null. @defaultValue true */
  readonly reportsUsage?: boolean;
  /** Hardware of a dedicated endpoint, one entry per profile; `[]` if none can run it. @defaultValue one H100 */
  readonly gpus?: readonly EmulatedGpus[];
}

/** A rerank model of the emulator. */
export interface EmulatedRerankModel {
  readonly type: "rerank";
  /** Maximum tokens of a document, 1 or more. The option `longText` handles longer ones. @defaultValue no limit */
  readonly maxTokens?: number;
  /** Maximum documents per request, 1 or more. More are rejected with a 400. @defaultValue no limit */
  readonly maxDocuments?: number;
  /** Whether documents may be objects, ranked by `rank_fields`; if not, strings only. @defaultValue false */
  readonly objects?: boolean;
  /** `"unit"` for scores from 0 to 1, `"logits"` for any finite number. @defaultValue "unit" */
  readonly scores?: "unit" | "logits";
  /** Hardware of a dedicated endpoint, one entry per profile; `[]` if none can run it. @defaultValue one H100 */
  readonly gpus?: readonly EmulatedGpus[];
}

/** A chat model of the emulator. */
export interface EmulatedChatModel {
  readonly type: "chat";
  /** Context length in tokens, 1 or more, as `GET /v1/models` reports it. @defaultValue not reported */
  readonly maxTokens?: number;
  /** Hardware of a dedicated endpoint, one entry per profile; `[]` if none can run it. @defaultValue one H100 */
  readonly gpus?: readonly EmulatedGpus[];
}

/** A message of a conversation, as in `POST /v1/chat/completions`. */
export interface ChatMessage {
  /** The author: `"system"`, `"user"` or `"assistant"`. */
  readonly role: string;
  /** The text of the message. */
  readonly content: string;
}

/** A model that the emulator serves. */
export type EmulatedModel = EmulatedEmbeddingModel | EmulatedRerankModel | EmulatedChatModel;

function embedding(dimensions: number, maxTokens: number): EmulatedEmbeddingModel {
  return { type: "embedding", dimensions, maxTokens };
}

// Recorded m2-bert vectors have lengths from 1.05 to 1.54, and responses of the 32k model have `usage: null`
// (llama-stack's recordings, 2025-09). The components in Together's own sample for BGE base are too large for
// vectors of length 1.
const m2Bert = (maxTokens: number): EmulatedEmbeddingModel => ({
  ...embedding(768, maxTokens),
  unitLength: false,
});

const llamaRank: EmulatedRerankModel = { type: "rerank", maxTokens: 8192, maxDocuments: 1024, objects: true };
const mxbaiRerank: EmulatedRerankModel = { type: "rerank", maxTokens: 32_768, scores: "logits" };

/**
 * The embedding and rerank models that Together listed between 2024 and 2026, with their real sizes, and two chat
 * models. Together no longer serves most of them serverless; the emulator serves all of them.
 */
export const emulatedModels: Readonly<Record<string, EmulatedModel>> = {
  "BAAI/bge-large-en-v1.5": { ...embedding(1024, 512), unitLength: false },
  "BAAI/bge-base-en-v1.5": { ...embedding(768, 512), unitLength: false },
  "intfloat/multilingual-e5-large-instruct": embedding(1024, 514),
  "intfloat/e5-mistral-7b-instruct": embedding(4096, 32_768),
  "thenlper/gte-large": embedding(1024, 512),
  "Alibaba-NLP/gte-modernbert-base": embedding(768, 8192),
  "WhereIsAI/UAE-Large-V1": embedding(1024, 512),
  "togethercomputer/m2-bert-80M-2k-retrieval": m2Bert(2048),
  "togethercomputer/m2-bert-80M-8k-retrieval": m2Bert(8192),
  "togethercomputer/m2-bert-80M-32k-retrieval": { ...m2Bert(32_768), reportsUsage: false },
  "sentence-transformers/msmarco-bert-base-dot-v5": { ...embedding(768, 512), unitLength: false },
  "bert-base-uncased": embedding(768, 512),
  "Salesforce/Llama-Rank-V1": llamaRank,
  "Salesforce/Llama-Rank-v1": llamaRank,
  "mixedbread-ai/Mxbai-Rerank-Large-V2": mxbaiRerank,
  "mixedbread-ai/mxbai-rerank-large-v2": mxbaiRerank,
  "meta-llama/Meta-Llama-3.1-8B-Instruct-Turbo": { type: "chat", maxTokens: 131_072 },
  "meta-llama/Llama-3.3-70B-Instruct-Turbo": { type: "chat", maxTokens: 131_072 },
};
