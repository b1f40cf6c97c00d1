/**
 * Together's JSON as it travels: the only file of the core that knows its snake_case names.
 *
 * Source: Together's OpenAPI document, `POST /embeddings` and `POST /rerank` (2026-04-28). `encoding_format`
 * is not in it, yet served since 2025-09.
 */

import type { ErrorBody } from "../errors/failure.js";
import { decodeBase64 } from "./base64.js";

export interface EmbeddingsRequest {
  model: string;
  input: string | readonly string[];
  encoding_format?: "base64" | "float";
}

export interface RerankRequest {
  model: string;
  query: string;
  documents: readonly string[] | readonly Record<string, unknown>[];
  top_n?: number;
  return_documents?: boolean;
  rank_fields?: readonly string[];
}

/** Asks for vectors, as little-endian float32 in base64 or as plain numbers. */
export function embeddingsRequest(
  model: string,
  texts: readonly string[],
  base64: boolean,
): EmbeddingsRequest {
  return { model, input: texts, ...(base64 && { encoding_format: "base64" }) };
}

/** Asks for the best `wanted` of some documents. Their texts are here already and need not come back. */
export function rerankRequest(
  model: string,
  query: string,
  documents: readonly string[],
  wanted: number,
): RerankRequest {
  return {
    model,
    query,
    documents,
    return_documents: false,
    ...(wanted < documents.length && { top_n: wanted }),
  };
}

/** A vector as it travelled: floats keep their digits, base64 is single precision from the start. */
export type RawVector = Float32Array | number[];

/** An answer that does not answer the question. The sender makes a {@link TogetherError} of it. */
export class InvalidResponse extends Error {}

/** Bytes of one number in JSON, generously, and of all that stands around the numbers. */
const BYTES_PER_NUMBER = 32;
const BYTES_AROUND = 1 << 20;

/** The most bytes that a sound answer to so many texts can have. */
export function maxEmbeddingBytes(texts: number, dimensions = 16_384): number {
  return BYTES_AROUND + texts * (1024 + dimensions * BYTES_PER_NUMBER);
}

/** The most bytes that a sound ranking of so many documents can have; texts come back from servers that ignore `return_documents`. */
export function maxRankingBytes(documents: readonly string[]): number {
  const echoed = documents.reduce((bytes, document) => bytes + 6 * document.length, 0);
  return BYTES_AROUND + documents.length * 1024 + echoed;
}

/**
 * Reads vectors into the order of the texts, whatever order they came in.
 *
 * @param texts - How many were asked for.
 * @param dimensions - What every vector must measure; left out, the first decides.
 * @throws {@link InvalidAnswer} unless there is exactly one vector of finite numbers for each text.
 */
export function readEmbeddings(body: unknown, texts: number, dimensions?: number): RawVector[] {
  const data = field(body, "data");
  if (!Array.isArray(data)) throw new InvalidResponse("the answer has no list `data`");
  if (data.length !== texts) throw new InvalidResponse(`${data.length} vectors came back for ${texts} texts`);
  const vectors: RawVector[] = Array.from({ length: texts });
  let wanted = dimensions;
  for (const item of data as unknown[]) {
    const index = readIndex(item, texts, vectors);
    const vector = readVector(field(item, "embedding"), index);
    wanted ??= vector.length;
    if (vector.length !== wanted) {
      throw new InvalidResponse(`vector ${index} has ${vector.length} dimensions instead of ${wanted}`);
    }
    vectors[index] = vector;
  }
  return vectors;
}

/** A document's place in the request and its score, best first. */
export interface RankedIndex {
  readonly index: number;
  readonly score: number;
}

/**
 * Reads a ranking and puts it in order: Together's order is not documented, and equal scores keep the order that
 * the documents came in.
 *
 * @param documents - How many were sent.
 * @param wanted - How many must come back at least.
 * @throws {@link InvalidAnswer} unless every result points at a document of its own and has a finite score.
 */
export function readRanking(body: unknown, documents: number, wanted: number): RankedIndex[] {
  const results = field(body, "results");
  if (!Array.isArray(results)) throw new InvalidResponse("the answer has no list `results`");
  if (results.length < wanted || results.length > documents) {
    throw new InvalidResponse(`${results.length} results came back where ${wanted} were asked for`);
  }
  const scores: (number | undefined)[] = Array.from({ length: documents });
  const ranked = (results as unknown[]).map((result) => {
    const index = readIndex(result, documents, scores);
    const score = field(result, "relevance_score");
    if (typeof score !== "number" || !Number.isFinite(score)) {
      throw new InvalidResponse(`result ${index} has no finite score`);
    }
    scores[index] = score;
    return { index, score };
  });
  return ranked.toSorted(byScore);
}

/** Best first; equal scores keep the order the documents came in. */
export function byScore(left: RankedIndex, right: RankedIndex): number {
  return right.score - left.score || left.index - right.index;
}

/** Together's token counts; `undefined` for models that report none (`usage: null`, seen for M2-BERT). */
export function readUsage(body: unknown): { promptTokens: number; totalTokens: number } | undefined {
  const usage = field(body, "usage");
  const total = field(usage, "total_tokens");
  const prompt = field(usage, "prompt_tokens");
  const promptTokens = isCount(prompt) ? prompt : isCount(total) ? total : undefined;
  if (promptTokens === undefined) return undefined;
  return { promptTokens, totalTokens: isCount(total) ? total : promptTokens };
}

/**
 * Reads the body of a refusal. Whether `error_type` stands at the top or inside `error` is not documented, so it
 * is looked for in both; gateways also send `{ "error": "text" }` and `{ "message": "text" }`.
 */
export function readErrorBody(body: unknown): ErrorBody {
  const error = field(body, "error");
  const message = firstString(field(error, "message"), error, field(body, "message"), field(body, "detail"));
  const type = firstString(field(body, "error_type"), field(error, "error_type"), field(error, "type"));
  return { message, type, code: firstString(field(error, "code")) };
}

/** The id that the body of a refusal carries. */
export function readRequestId(body: unknown): string | undefined {
  return firstString(field(body, "id"), field(body, "request_id")) || undefined;
}

function readIndex(item: unknown, length: number, taken: readonly unknown[]): number {
  const index = field(item, "index");
  if (typeof index !== "number" || !Number.isInteger(index))
    throw new InvalidResponse("an item has no index");
  if (index < 0 || index >= length) throw new InvalidResponse(`index ${index} is out of range`);
  if (taken[index] !== undefined) throw new InvalidResponse(`index ${index} came back twice`);
  return index;
}

function readVector(value: unknown, index: number): RawVector {
  // Decoded on the way here, and found to be sound.
  if (value instanceof Float32Array) return value;
  const vector = typeof value === "string" ? decodeBase64(value) : Array.isArray(value) ? value : undefined;
  if (vector === undefined) throw new InvalidResponse(`vector ${index} is neither numbers nor base64`);
  if (vector.length === 0) throw new InvalidResponse(`vector ${index} is empty`);
  if (!allFinite(vector))
    throw new InvalidResponse(`vector ${index} holds something that is not a finite number`);
  return vector;
}

/** Single precision is summed up: finite numbers of it cannot overflow a double, and the others do not cancel out. */
export function allFinite(vector: Float32Array | readonly unknown[]): vector is RawVector {
  if (vector instanceof Float32Array) {
    let sum = 0;
    for (let place = 0; place < vector.length; place++) sum += vector[place] as number;
    return Number.isFinite(sum);
  }
  return vector.every((number) => typeof number === "number" && isFloat32(number));
}

/** Whether a number is finite and stays so in single precision: 1e39 is a number, yet no vector of ours can hold it. */
function isFloat32(number: number): boolean {
  const single = Math.fround(number);
  return single - single === 0;
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

function firstString(...values: unknown[]): string {
  return values.find((value): value is string => typeof value === "string" && value !== "") ?? "";
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}
