import { createEmulator, type Emulator, type EmulatorOptions } from "../../../src/emulator/index.js";

export const EMBEDDING = "BAAI/bge-large-en-v1.5";
export const UNIT = "intfloat/multilingual-e5-large-instruct";
export const RERANK = "Salesforce/Llama-Rank-V1";
export const LOGITS = "mixedbread-ai/Mxbai-Rerank-Large-V2";
export const CHAT = "meta-llama/Llama-3.3-70B-Instruct-Turbo";
export const BASE = "https://api.together.ai/v1";

export interface ErrorJson {
  id: string;
  error: { message: string; type: string; param: string | null; code: string | null };
  error_type?: string;
}

export interface EmbeddingsJson {
  object: string;
  model: string;
  data: { object: string; index: number; embedding: number[] }[];
  usage: { prompt_tokens: number; total_tokens: number } | null;
}

export interface RerankJson {
  object: string;
  id: string;
  model: string;
  results: { index: number; relevance_score: number; document: { text?: string } }[];
  usage: { prompt_tokens: number; completion_tokens: number; total_tokens: number } | null;
}

type Fetch = typeof globalThis.fetch;

/** Posts a body with an API key. */
export function post(fetch: Fetch, path: string, body: unknown, init: RequestInit = {}): Promise<Response> {
  return fetch(`${BASE}${path}`, {
    method: "POST",
    headers: { authorization: "Bearer key", "content-type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
    ...init,
  });
}

export function embed(
  fetch: Fetch,
  input: unknown,
  extra: object = {},
  init?: RequestInit,
): Promise<Response> {
  return post(fetch, "/embeddings", { model: EMBEDDING, input, ...extra }, init);
}

/** Creates an emulator, and a function that posts to its embeddings endpoint. */
export function emulatorWith(options: EmulatorOptions = {}): {
  emulator: Emulator;
  ask: (input?: unknown, extra?: object, init?: RequestInit) => Promise<Response>;
} {
  const emulator = createEmulator(options);
  return { emulator, ask: (input = "a text", extra, init) => embed(emulator.fetch, input, extra, init) };
}

export async function vectorsFrom(response: Promise<Response>): Promise<number[][]> {
  const { data } = (await (await response).json()) as EmbeddingsJson;
  return data.map(({ embedding }) => embedding);
}

function dot(left: readonly number[], right: readonly number[]): number {
  return left.reduce((sum, value, at) => sum + value * (right[at] ?? 0), 0);
}

/** Returns the cosine similarity of two vectors, from -1 to 1. */
export function cosine(one: readonly number[], other: readonly number[]): number {
  return dot(one, other) / Math.sqrt(dot(one, one) * dot(other, other));
}

export async function errorOf(pending: Promise<Response>): Promise<ErrorJson & { status: number }> {
  const response = await pending;
  return { ...((await response.json()) as ErrorJson), status: response.status };
}
