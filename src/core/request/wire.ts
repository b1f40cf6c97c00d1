/**
 * Together's JSON: builds requests and validates responses. The only file of the core with its snake_case names.
 *
 * Source: Together's OpenAPI document, `POST /embeddings` and `POST /rerank` (2026-04-28). `encoding_format`
 * is not in the document, but Together has served it since 2025-09.
 */

import type { ErrorBody } from "../errors/failure.js";
import { requestIdOf } from "../errors/redact.js";
import { MAX_DIMENSIONS } from "../options/embedder-options.js";
import { decodeBase64, isTooLong } from "./base64.js";
import { vectorProblem, type RawVector } from "./vector-check.js";

export interface EmbeddingsRequest {
  model: string;
  input: readonly string[];
  encoding_format?: "base64" | "float";
}

export interface RerankRequest {
  model: string;
  query: string;
  documents: readonly string[];
  top_n?: number;
  return_documents?: boolean;
}

/** Builds a request for vectors: little-endian float32 in base64, or plain numbers. */
export function embeddingsRequest(
  model: string,
  texts: readonly string[],
  base64: boolean,
): EmbeddingsRequest {
  return { model, input: texts, ...(base64 && { encoding_format: "base64" }) };
}

/**
 * Builds a request for the scores of documents. The server does not return their texts: the client has them.
 *
 * @param topN - Number of best documents to return.
 */
export function rerankRequest(
  model: string,
  query: string,
  documents: readonly string[],
  topN: number,
): RerankRequest {
  return {
    model,
    query,
    documents,
    return_documents: false,
    ...(topN < documents.length && { top_n: topN }),
  };
}

/** Returns the texts of a request: those to embed, or the query and the documents. */
export function textsOf(body: EmbeddingsRequest | RerankRequest): readonly string[] {
  return "input" in body ? body.input : [body.query, ...body.documents];
}

/** Thrown for a successful response that does not fit the request. Its message states the problem. */
export class InvalidResponse extends Error {}

/**
 * Reads the vectors of a response and sorts them by `index`, into the order of the texts.
 *
 * @param texts - Number of texts in the request.
 * @param dimensions - Required length of every vector; by default, that of the first one.
 * @throws {@link InvalidResponse} unless the response has exactly one vector of finite numbers per text.
 */
export function readEmbeddings(body: unknown, texts: number, dimensions?: number): RawVector[] {
  const data = readList(body, "data");
  if (data.length !== texts) {
    throw new InvalidResponse(`${data.length} vectors were returned for ${texts} texts`);
  }
  const vectors: RawVector[] = [];
  let length = dimensions;
  for (const item of data) {
    const index = readIndex(item, texts, vectors);
    const vector = readVector(field(item, "embedding"), index);
    length ??= vector.length;
    if (vector.length !== length) {
      throw new InvalidResponse(`vector ${index} has ${vector.length} dimensions instead of ${length}`);
    }
    vectors[index] = vector;
  }
  return vectors;
}

/** A document's index in the request, and its score. */
export interface RankedIndex {
  readonly index: number;
  readonly score: number;
}

/**
 * Reads a ranking and sorts it by {@link byScore}: Together does not document the order of its results.
 *
 * @param documents - Number of documents in the request.
 * @param minResults - Number of results that the response must have at least.
 * @throws {@link InvalidResponse} unless every result has the index of another document and a finite score.
 */
export function readRanking(body: unknown, documents: number, minResults: number): RankedIndex[] {
  const results = readList(body, "results");
  if (results.length < minResults || results.length > documents) {
    throw new InvalidResponse(`${results.length} results were returned, but ${minResults} were requested`);
  }
  const scores: number[] = [];
  const ranked = results.map((result) => {
    const index = readIndex(result, documents, scores);
    const score = field(result, "relevance_score") as number;
    if (!Number.isFinite(score)) throw new InvalidResponse(`result ${index} has no finite score`);
    scores[index] = score;
    return { index, score };
  });
  return ranked.toSorted(byScore);
}

/** Compares results: best first, and equal scores in the order of the documents. */
export function byScore(left: RankedIndex, right: RankedIndex): number {
  return right.score - left.score || left.index - right.index;
}

/**
 * Reads the token counts; `undefined` if the model reports none (`usage: null`, seen for M2-BERT). A count that is not
 * a whole number from 0 to 2^53 is omitted.
 */
export function readUsage(body: unknown): { promptTokens: number; totalTokens: number } | undefined {
  const usage = field(body, "usage");
  const total = readCount(usage, "total_tokens");
  const promptTokens = readCount(usage, "prompt_tokens") ?? total;
  return promptTokens === undefined ? undefined : { promptTokens, totalTokens: total ?? promptTokens };
}

/**
 * Reads the body of an error response. Together does not document whether `error_type` is at the top or in `error`,
 * so both are read. Gateways also send `{ "error": "text" }`, `{ "message": "text" }` and `{ "detail": "text" }`, FastAPI
 * sends `{ "detail": [{ "msg": "text" }] }`, Baidu `{ "error_msg": "text" }`, and Google a list of one error.
 */
export function readErrorBody(response: unknown): ErrorBody {
  const body: unknown = Array.isArray(response) ? response[0] : response;
  const error = field(body, "error");
  const detail = field(body, "detail");
  const details = Array.isArray(detail) ? detail.map((one) => field(one, "msg")) : [detail];
  const ownWords = [field(error, "message"), error, field(body, "message"), field(body, "error_msg")];
  const message = firstString(...ownWords, ...details);
  const ownTypes = [field(body, "error_type"), field(error, "error_type"), field(error, "type")];
  const type = firstString(...ownTypes, field(body, "type"));
  return { message, type, code: firstString(field(error, "code"), field(body, "code")) };
}

/** Reads the request id from the body of an error response. */
export function readRequestId(body: unknown): string | undefined {
  return requestIdOf(field(body, "id"), field(body, "request_id"));
}

function readIndex(item: unknown, length: number, taken: readonly unknown[]): number {
  const index = field(item, "index") as number;
  if (!Number.isInteger(index)) throw new InvalidResponse("an item has no index");
  if (index < 0 || index >= length) throw new InvalidResponse("an index is out of range");
  if (taken[index] !== undefined) throw new InvalidResponse(`index ${index} was returned twice`);
  return index;
}

function readVector(value: unknown, index: number): RawVector {
  // Decoded and checked by `parseResponse()`.
  if (value instanceof Float32Array) return value;
  const isLong = typeof value === "string" && isTooLong(value);
  if (isLong) throw new InvalidResponse(`vector ${index} has more than ${MAX_DIMENSIONS} dimensions`);
  const vector = typeof value === "string" ? decodeBase64(value) : Array.isArray(value) ? value : undefined;
  if (vector === undefined) throw new InvalidResponse(`vector ${index} is neither numbers nor base64`);
  const problem = vectorProblem(vector);
  if (problem !== undefined) throw new InvalidResponse(`vector ${index} ${problem}`);
  return vector;
}

function readList(body: unknown, name: string): unknown[] {
  const list = field(body, name);
  if (!Array.isArray(list)) throw new InvalidResponse(`the response has no list \`${name}\``);
  return list;
}

/** Returns an own field of an object; `undefined` if there is none. */
export function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

function firstString(...values: unknown[]): string {
  return values.find((value): value is string => typeof value === "string" && value !== "") ?? "";
}

function readCount(usage: unknown, name: string): number | undefined {
  const count = field(usage, name) as number;
  return Number.isSafeInteger(count) && count >= 0 ? count : undefined;
}
