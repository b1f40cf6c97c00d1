/**
 * Together's JSON as it travels: the only file of the core that knows its snake_case names.
 *
 * Source: Together's OpenAPI document, `POST /embeddings` and `POST /rerank` (2026-04-28). `encoding_format`
 * is not in it, yet served since 2025-09.
 */

export interface EmbeddingsRequest {
  model: string;
  input: string | readonly string[];
  encoding_format?: "base64" | "float";
}

export interface EmbeddingsResponse {
  object: "list";
  model: string;
  data: { object: "embedding"; index: number; embedding: number[] | string }[];
  usage?: Usage | null;
}

export interface RerankRequest {
  model: string;
  query: string;
  documents: readonly string[] | readonly Record<string, unknown>[];
  top_n?: number;
  return_documents?: boolean;
  rank_fields?: readonly string[];
}

export interface RerankResponse {
  object: "rerank";
  id: string;
  model: string;
  results: { index: number; relevance_score: number; document: { text?: string } }[];
  usage?: Usage | null;
}

export interface Usage {
  prompt_tokens: number;
  completion_tokens?: number;
  total_tokens: number;
}

/** The body of every refusal. Real ones carry an `id` besides. */
export interface ErrorBody {
  id?: string;
  error: { message: string; type: string; param?: string | null; code?: string | null };
  error_type?: string;
}
