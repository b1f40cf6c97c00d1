/**
 * Names from OpenTelemetry's conventions for generative AI (github.com/open-telemetry/semantic-conventions-genai,
 * 2026-09). They define embeddings; `rerank` is a proposal there (issue 253). Names with `together.` are defined here.
 */

import type { Operation } from "together-retrieval";

export function operationName(operation: Operation): "embeddings" | "rerank" {
  return operation === "embed" ? "embeddings" : "rerank";
}

export interface ModelAttributes {
  readonly [name: string]: string;
}

export function modelAttributes(operation: Operation, model: string): ModelAttributes {
  return {
    "gen_ai.operation.name": operationName(operation),
    "gen_ai.provider.name": "together_ai",
    "gen_ai.request.model": model,
  };
}
