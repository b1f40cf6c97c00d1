/** Computes how many texts and tokens one embeddings request contains. Pure. */

import { DEFAULT_BATCH_SIZE, MAX_BATCH_SIZE } from "../options/embedder-options.js";
import type { RateLimit } from "../rate-limit/permit.js";
import type { BatchLimits } from "../request/batch.js";

/** Texts per request of a long list, or of any list once requests are limited. Together's cookbook sends 1,000. */
const LARGE_BATCH_SIZE = 512;

/** Below four requests per second, batches grow up to {@link MAX_BATCH_SIZE} to keep this many texts per second. */
const TEXTS_PER_SECOND = 2048;

/** Estimated tokens per text: of `batchSize`, of 128 texts by default, of 512 texts where requests are limited. */
const TOKENS_PER_TEXT = 512;

/**
 * Returns the limits of the next batch, without those that the server's rejections have shown.
 *
 * If the server limits requests, larger batches are faster. 10,000 texts at one request per second take 93 s with 128
 * texts per request, and 22 s with 512 (emulator, 2026-11). If it limits tokens, they are not faster.
 *
 * @param batchSize - As set by the user; never exceeded.
 * @param share - Texts per request if all requests of the list were in flight at once.
 */
export function batchLimits(
  batchSize: number | undefined,
  limit: RateLimit | undefined,
  share: number,
): BatchLimits {
  const size = batchSize ?? (limit?.by === "requests" ? LARGE_BATCH_SIZE : DEFAULT_BATCH_SIZE);
  return { texts: batchSize ?? suggestedSize(limit, share), tokens: size * TOKENS_PER_TEXT };
}

function suggestedSize(limit: RateLimit | undefined, share: number): number {
  if (!limit) return clamp(share, DEFAULT_BATCH_SIZE, LARGE_BATCH_SIZE);
  if (limit.by === "tokens") return DEFAULT_BATCH_SIZE;
  return clamp(Math.ceil(TEXTS_PER_SECOND / limit.perSecond), LARGE_BATCH_SIZE, MAX_BATCH_SIZE);
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}
