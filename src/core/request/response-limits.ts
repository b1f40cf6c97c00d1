/**
 * Bounds the size of responses before they are read. Reading, joining, decoding and parsing use up to about four times
 * the size of a body. These limits keep a hostile server below 512 MB (test/e2e/security/memory.slow.ts).
 */

/** The maximum size of a response. */
export interface ResponseLimit {
  /** Maximum size of the body in bytes, after decompression. */
  readonly maxBytes: number;
  /** The option to set if a correct response is longer; for the message. */
  readonly hint?: string | undefined;
}

/** Maximum of every limit in bytes: 2,048 vectors of 1,024 numbers as floats. Longer vectors get smaller batches. */
export const MAX_BODY_BYTES = 68 * 2 ** 20;

/** More than any error body of Together, in bytes. */
export const MAX_ERROR_BODY_BYTES = 1 << 16;

/** Upper bounds of the size of a number in JSON, of an item without its vector or text, and of all other fields. */
const BYTES_PER_NUMBER = 32;
const BYTES_PER_ITEM = 1024;
const BYTES_OF_OTHER_FIELDS = 1 << 20;

/** The longest vectors of the known models. A first response may have others, but it may not be much longer. */
const ASSUMED_DIMENSIONS = 4096;

/**
 * Returns the limit of a response with vectors.
 *
 * @param texts - Number of texts in the request.
 * @param dimensions - Length of the vectors; `undefined` until it is known.
 */
export function embeddingLimit(texts: number, dimensions: number | undefined): ResponseLimit {
  const maxBytes = Math.min(MAX_BODY_BYTES, BYTES_OF_OTHER_FIELDS + texts * bytesPerVector(dimensions));
  const hint = dimensions === undefined ? "set `dimensions` if the model's vectors are very long" : undefined;
  return { maxBytes, hint };
}

/**
 * Returns how many vectors fit into one response. As base64, all vectors of any request fit, unless the length is
 * unusual. A server may send floats instead, so this counts only until the first response.
 */
export function maxTextsPerResponse(dimensions: number | undefined, format: "base64" | "float"): number {
  if (dimensions === undefined && format === "base64") return Number.POSITIVE_INFINITY;
  return Math.floor((MAX_BODY_BYTES - BYTES_OF_OTHER_FIELDS) / bytesPerVector(dimensions));
}

function bytesPerVector(dimensions = ASSUMED_DIMENSIONS): number {
  return BYTES_PER_ITEM + dimensions * BYTES_PER_NUMBER;
}

/** Returns the limit of a ranking. Servers may ignore `return_documents` and return the texts. */
export function rankingLimit(documents: readonly string[]): ResponseLimit {
  // In JSON, a character takes six bytes at most: `\u0000`.
  const textBytes = documents.reduce((bytes, document) => bytes + 6 * document.length, 0);
  const maxBytes = BYTES_OF_OTHER_FIELDS + documents.length * BYTES_PER_ITEM + textBytes;
  return { maxBytes: Math.min(MAX_BODY_BYTES, maxBytes) };
}
